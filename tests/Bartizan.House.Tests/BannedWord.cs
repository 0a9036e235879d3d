using System.Text.RegularExpressions;

namespace Bartizan.House.Tests;

/// <summary>A word that ARCHITECTURE's list has another word for.</summary>
/// <param name="Word">What is looked for, whatever its case, with any space or hyphen between its parts.</param>
/// <param name="Instead">What to write.</param>
internal sealed record BannedWord(string Word, string Instead)
{
    /// <summary>Few, and only those that really creep in. A name of somebody else's product or flag stands in backticks.</summary>
    public static IReadOnlyList<BannedWord> All { get; } =
    [
        new("audit log", "log"),
        new("audit trail", "log"),
        new("audit event", "entry"),
        new("audit record", "entry"),
        new("log entry", "entry"),
        new("log record", "entry"),
        new("policy engine", "policy, or monitor"),
        new("policy decision point", "monitor"),
        new("guardrail", "guard"),
        new("human in the loop", "approval"),
        new("approval token", "approval"),
        new("access token", "session token, or lease"),
        new("whitelist", "allow rule, or allow-list"),
        new("blacklist", "deny rule, or deny-list"),
        new("taint label", "label"),
        new("kill switch", "switch"),
    ];

    private Regex Pattern { get; } =
        new(
            $@"\b{Word.Replace(" ", "[ -]", StringComparison.Ordinal)}s?\b",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1)
        );

    public bool IsIn(string line) => Pattern.IsMatch(Quoted.Replace(line, "``"));

    private static Regex Quoted { get; } = new("`[^`]*`", RegexOptions.None, TimeSpan.FromSeconds(1));
}
