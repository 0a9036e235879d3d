using System.Collections.Frozen;

namespace Bartizan.Core.Shell;

/// <summary>Variables that only change words and colours, never what is run or read.</summary>
internal static class HarmlessVariables
{
    private static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "CI",
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR",
            "TZ",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "COLUMNS",
            "LINES",
            "DOTNET_CLI_TELEMETRY_OPTOUT",
            "DOTNET_NOLOGO",
            "GIT_TERMINAL_PROMPT",
            "NEXT_TELEMETRY_DISABLED",
            "RUST_BACKTRACE",
        ]
    );

    /// <summary>True for <c>NAME=value</c> of such a variable, with a plain value.</summary>
    public static bool Contains(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && _names.Contains(word[..equals])
            && word.AsSpan(equals + 1)
                .IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.@") < 0;
    }
}
