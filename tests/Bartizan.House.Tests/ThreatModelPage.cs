using System.Text.RegularExpressions;

namespace Bartizan.House.Tests;

/// <summary><c>docs/threat-model.md</c>: each invariant with the tests that attack it, by their names.</summary>
internal static partial class ThreatModelPage
{
    public static IEnumerable<string> Check(SourceFile page, IEnumerable<SourceFile> tests)
    {
        var methods = tests.SelectMany(file => Method().Matches(file.Text)).Select(match => match.Groups[1].Value);
        var known = methods.ToHashSet(StringComparer.Ordinal);
        return from match in TestName().Matches(page.Text)
            let name = match.Groups[1].Value
            where !known.Contains(name)
            select $"{page.Path}: there is no test `{name}`";
    }

    public static IEnumerable<string> Named(SourceFile page) =>
        TestName().Matches(page.Text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\b(?:void|Task) ([A-Z]\w+)\(")]
    private static partial Regex Method();
}
