using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Findings;

/// <summary>Finds names of tools that are taken for others, and deeds that annotations deny.</summary>
internal static class ToolNames
{
    /// <summary>Names shorter than this differ by a letter from many.</summary>
    private const int LeastLength = 6;

    private static readonly string[] _changing =
    [
        "delete",
        "remove",
        "drop",
        "destroy",
        "wipe",
        "purge",
        "write",
        "create",
        "update",
        "send",
        "transfer",
        "pay",
        "merge",
        "push",
        "kill",
        "install",
        "publish",
    ];

    private static readonly string[] _destroying = ["delete", "drop", "destroy", "wipe", "purge", "kill"];

    /// <summary>What is wrong with a name.</summary>
    public static IEnumerable<Finding> Find(string name, KnownTools known)
    {
        var look = Skeleton.Of(name);
        if (
            name.Any(Skeleton.IsLookAlike)
            && (name.Any(char.IsAsciiLetter) || name.Where(char.IsLetter).All(Skeleton.IsLookAlike))
        )
        {
            var posed = known
                .Own.Concat(known.Others.Select(o => o.Tool))
                .FirstOrDefault(o => o != name && Skeleton.Of(o) == look);
            yield return new Finding(
                "name-look-alike",
                FindingSeverity.High,
                posed is null ? 0.8 : 0.95,
                "/name",
                posed is null
                    ? $"the name holds letters that are taken for others: `{Approvals.ShownText.Bounded(name)}`"
                    : $"`{Approvals.ShownText.Bounded(name)}` looks like `{Approvals.ShownText.Bounded(posed)}`, and is another name"
            );
        }

        var divider = name.IndexOf(ToolServer.Divider, StringComparison.Ordinal);
        if (divider > 0)
        {
            var server = name[..divider];
            var isThere = known.Servers.Contains(server);
            yield return new Finding(
                "name-of-server",
                isThere ? FindingSeverity.High : FindingSeverity.Medium,
                isThere ? 0.9 : 0.5,
                "/name",
                $"the name poses as a tool of the server `{Approvals.ShownText.Bounded(server)}`"
            );
        }

        foreach (var (server, tool) in known.Others)
        {
            if (tool == name)
            {
                yield return new Finding(
                    "name-shared",
                    FindingSeverity.Low,
                    0.5,
                    "/name",
                    $"the server `{server}` has a tool of the same name"
                );
                yield break;
            }

            if (name.Length >= LeastLength && IsOneOff(name, tool))
            {
                yield return new Finding(
                    "name-near",
                    FindingSeverity.Low,
                    0.4,
                    "/name",
                    $"`{Approvals.ShownText.Bounded(tool)}` of the server `{server}` is one letter away"
                );
                yield break;
            }
        }
    }

    /// <summary>What annotations say that the name denies.</summary>
    public static Finding? FindLie(string name, bool saysReadOnly, bool saysHarmless)
    {
        var words = Words(name);
        var word =
            saysReadOnly ? _changing.FirstOrDefault(words.Contains)
            : saysHarmless ? _destroying.FirstOrDefault(words.Contains)
            : null;
        return word is null
            ? null
            : new Finding(
                "annotation-lie",
                FindingSeverity.Medium,
                0.7,
                "/annotations",
                $"it says that it {(saysReadOnly ? "only reads" : "destroys nothing")}, and its name says `{word}`"
            );
    }

    private static HashSet<string> Words(string name)
    {
        var spaced = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var starts = char.IsAsciiLetterUpper(name[i]) && i > 0 && char.IsAsciiLetterLower(name[i - 1]);
            spaced.Append(starts ? " " : "").Append(char.IsAsciiLetter(name[i]) ? char.ToLowerInvariant(name[i]) : ' ');
        }

        return [.. spaced.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    // One letter more, less or other.
    private static bool IsOneOff(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > 1)
        {
            return false;
        }

        var same = 0;
        while (same < one.Length && same < other.Length && one[same] == other[same])
        {
            same++;
        }

        var a = one.AsSpan(same);
        var b = other.AsSpan(same);
        return a.Length == b.Length ? a.Length > 0 && a[1..].SequenceEqual(b[1..])
            : a.Length > b.Length ? a[1..].SequenceEqual(b)
            : b[1..].SequenceEqual(a);
    }
}
