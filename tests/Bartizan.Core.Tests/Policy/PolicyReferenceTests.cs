using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What <c>docs/policy-reference.md</c> says in tables is what the code does.</summary>
public sealed class PolicyReferenceTests
{
    private static readonly string[] _page = File.ReadAllLines(
        Manifests.Repository.PathOf("docs", "policy-reference.md")
    );

    [Fact]
    public void The_truth_table_is_the_one_of_the_code()
    {
        string Word(Effect effect, Truth truth) => ConditionVerdict.Applies(effect, truth) ? "yes" : "no";

        foreach (var effect in Enum.GetValues<Effect>())
        {
            var row =
                $"| {effect.ToString().ToLowerInvariant()} | {Word(effect, Truth.False)} | {Word(effect, Truth.Unknown)} | {Word(effect, Truth.True)} |";
            _page.ShouldContain(row);
        }
    }

    [Fact]
    public void The_attributes_are_those_of_the_schema()
    {
        string[] rows = [.. ConditionSchema.Standard.Attributes.Select(a => $"| `{a}` | {TypeOf(a.Type)} |")];
        var file = Manifests.Repository.PathOf("docs", "policy-reference.md");
        if (Environment.GetEnvironmentVariable("BARTIZAN_GOLDEN") == "write")
        {
            var from = Array.IndexOf(_page, "| attribute | type |") + 2;
            var to = Array.FindIndex(_page, from, line => !line.StartsWith("| `", StringComparison.Ordinal));
            to = _page[to] == "ATTRIBUTES" ? to + 1 : to;
            File.WriteAllLines(file, [.. _page[..from], .. rows, .. _page[to..]]);
        }

        File.ReadAllLines(file)
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Take(rows.Length)
            .ShouldBe(rows);
    }

    private static string TypeOf(ConditionType type) =>
        type.Item is { } item ? $"list of {TypeOf(item)}"
        : type.Words.IsEmpty ? type.ToString()
        : string.Join(", ", type.Words.Select(w => $"`{w}`"));
}
