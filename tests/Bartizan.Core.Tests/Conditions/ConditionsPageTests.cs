using System.Text.RegularExpressions;
using Bartizan.Core.Conditions;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Conditions;

/// <summary><c>docs/conditions.md</c> tells the truth.</summary>
public sealed partial class ConditionsPageTests
{
    private static readonly string _page = File.ReadAllText(Repository.PathOf("docs", "conditions.md"));

    [Fact]
    public void The_examples_are_conditions()
    {
        var examples = When().Matches(_page).Select(match => match.Groups["text"].Value.Trim('\'')).ToArray();
        examples.Length.ShouldBeGreaterThan(3);
        foreach (var example in examples)
        {
            Condition.Parse(example, ConditionSchema.Standard).Errors.ShouldBeEmpty(example);
        }
    }

    [Fact]
    public void The_answers_to_mistakes_are_those_that_are_given()
    {
        var rows = Mistake().Matches(_page);
        rows.Count.ShouldBeGreaterThan(3);
        foreach (Match row in rows)
        {
            var error = Condition
                .Parse(row.Groups["text"].Value, ConditionSchema.Standard)
                .Errors.ShouldHaveSingleItem();
            var stop = error.Hint.Length > 0 ? ". " : "";
            $"{error.Column}: {error.Message}{stop}{error.Hint}"
                .Replace("`", "", StringComparison.Ordinal)
                .ShouldBe(row.Groups["answer"].Value.Replace("`", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_attribute_stands_on_the_page()
    {
        foreach (var attribute in ConditionSchema.Standard.Attributes)
        {
            _page.ShouldContain($"`{attribute}`");
        }
    }

    [GeneratedRegex(@"^  when: (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex When();

    [GeneratedRegex(@"^\| `(?<text>[^`]+)` \| (?<answer>\d+: .+) \|$", RegexOptions.Multiline)]
    private static partial Regex Mistake();
}
