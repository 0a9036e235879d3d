namespace Bartizan.Core.Shell;

/// <summary>The programs of <c>awk</c> that only print fields: nothing that could run, read or write a file is in them.</summary>
internal static class AwkScript
{
    private static readonly string[] _reaching =
    [
        "system",
        "getline",
        "|",
        ">",
        "<",
        "@",
        "close",
        "ENVIRON",
        "include",
        "load",
    ];

    /// <summary>True when none of the words that reach a file or a command is in it.</summary>
    public static bool IsHarmless(string script) =>
        !_reaching.Any(word => script.Contains(word, StringComparison.OrdinalIgnoreCase));
}
