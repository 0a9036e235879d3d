using System.Text.RegularExpressions;

namespace Bartizan.House.Tests;

/// <summary><c>docs/limits.md</c>: every bound, its value, where it stands and what happens there.</summary>
internal static partial class LimitsPage
{
    public static IEnumerable<string> Check(SourceFile page, IEnumerable<SourceFile> product)
    {
        var bounds = product.SelectMany(Bound.In).ToLookup(bound => (bound.Name, bound.Path));
        var rows = Row().Matches(page.Text).Select(match => (Key(match), Cell: match.Groups["value"].Value)).ToList();
        var wrong =
            from row in rows
            let bound = bounds[row.Item1].FirstOrDefault()
            where bound?.Value != Bound.Read(row.Cell)
            select bound is null
                ? $"{page.Path}: there is no bound `{row.Item1.Name}` in {row.Item1.Path}"
                : $"{page.Path}: `{bound.Name}` is {bound.Value} in {bound.Path}, not {row.Cell}";
        var listed = rows.Select(row => row.Item1).ToHashSet();
        var missing =
            from bound in bounds.SelectMany(all => all)
            where !listed.Contains((bound.Name, bound.Path))
            select $"{page.Path}: add the row | `{bound.Name}` | {bound.Value} | {bound.Path} | what happens there |";
        return wrong.Concat(missing);
    }

    private static (string Name, string Path) Key(Match match) =>
        (match.Groups["name"].Value, match.Groups["path"].Value);

    [GeneratedRegex(
        @"^\| `(?<name>[^`]+)` +\| (?<value>[^|]+?) +\| (?<path>\S+) +\| [^|]+\|\r?$",
        RegexOptions.Multiline
    )]
    private static partial Regex Row();
}
