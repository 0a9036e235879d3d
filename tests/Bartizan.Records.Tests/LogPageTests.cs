using System.Text.RegularExpressions;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Tests;

/// <summary>docs/log.md says what the code does.</summary>
public sealed partial class LogPageTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Root(), "docs", "log.md"));

    [Fact]
    public void The_table_of_keys_is_that_of_the_code()
    {
        var table = string.Join(
            '\n',
            Qualifier.All.Select(key =>
                $"| `{key.Name}` | {(key.Alias.Length > 0 ? $"`{key.Alias}`" : "")} | {key.Takes} | {key.Finds} | `{key.Example}` |"
            )
        );

        s_page.ShouldContain(table);
    }

    [Fact]
    public void Each_example_is_a_query()
    {
        foreach (var key in Qualifier.All)
        {
            Parses(key.Example);
            key.Example.ShouldStartWith($"{key.Name}:");
        }

        var lines = Example().Matches(s_page).Select(match => match.Groups["query"].Value).ToList();
        lines.Count.ShouldBeGreaterThan(5);
        foreach (var line in lines)
        {
            Parses(Option().Replace(line.Split(" #")[0], "").Replace("'", "", StringComparison.Ordinal));
        }

        static void Parses(string query)
        {
            LogQuery
                .TryParse(query, DateTimeOffset.UnixEpoch, out _, out var problem)
                .ShouldBeTrue($"{query}: {problem}");
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Bartizan.slnx")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"^bartizan log(?: (?!show|verify|prove)(?<query>.*))?$", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@" --[a-z-]+(?: \d+)?")]
    private static partial Regex Option();
}
