using System.Collections.Frozen;

namespace Bartizan.Core.Shell;

/// <summary>Settings that <c>git -c</c> may take without running anything. All others may name a program, a file or a host.</summary>
internal static class GitSettings
{
    private static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            "color.ui",
            "core.quotepath",
            "user.name",
            "user.email",
            "advice.detachedhead",
            "init.defaultbranch",
            "gc.auto",
            "diff.renames",
            "log.showsignature",
            "status.relativepaths",
            "commit.gpgsign",
            "tag.gpgsign",
            "column.ui",
            "core.abbrev",
            "diff.context",
        ]
    );

    /// <summary>True for <c>name=value</c> of such a setting.</summary>
    public static bool IsHarmless(string setting)
    {
        var name = setting.Split('=')[0];
        return _names.Contains(name)
            && !(
                name.EndsWith("gpgsign", StringComparison.OrdinalIgnoreCase)
                && !setting.EndsWith("=false", StringComparison.Ordinal)
            );
    }
}
