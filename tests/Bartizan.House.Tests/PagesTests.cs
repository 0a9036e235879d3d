namespace Bartizan.House.Tests;

/// <summary>Pages that speak of the code say what the code says.</summary>
public sealed class PagesTests
{
    private static readonly string[] Invariants =
    [
        "Always invoked",
        "Tamper-proof",
        "Small enough to verify",
        "No record, no action",
        "Fail closed",
    ];

    [Fact]
    public void Every_bound_is_on_the_page_of_limits_with_its_value() =>
        LimitsPage.Check(Repository.Get("docs/limits.md"), Repository.Product).ShouldBeEmpty();

    [Fact]
    public void Every_test_that_the_threat_model_names_exists()
    {
        var tests = Repository.Files.Where(file => file.IsCSharp && file.IsUnder("tests/"));
        ThreatModelPage.Check(Repository.Get("docs/threat-model.md"), tests).ShouldBeEmpty();
    }

    [Fact]
    public void Every_invariant_has_a_section_that_names_an_attack()
    {
        var page = Repository.Get("docs/threat-model.md");
        var sections = page.Text.Split("\n### ").Skip(1).ToDictionary(text => text.Split('\n')[0].Trim());
        foreach (var invariant in Invariants)
        {
            sections.ShouldContainKey(invariant);
            ThreatModelPage.Named(page with { Text = sections[invariant] }).ShouldNotBeEmpty(invariant);
        }
    }

    [Fact]
    public void A_bound_that_differs_is_missing_or_is_gone_is_found()
    {
        var source = new SourceFile("src/X/Queue.cs", "    private const int MaxEntries = 4 * 1024;\n");
        LimitsPage.Check(Page("4,096 entries", "MaxEntries"), [source]).ShouldBeEmpty();
        LimitsPage.Check(Page("4,095 entries", "MaxEntries"), [source]).ShouldHaveSingleItem().ShouldContain("4096");
        LimitsPage.Check(Page("4 KiB", "MaxOthers"), [source]).Count().ShouldBe(2);
        LimitsPage.Check(Page("4 KiB", "MaxEntries"), []).ShouldHaveSingleItem().ShouldContain("no bound");

        static SourceFile Page(string value, string name) =>
            new("docs/limits.md", $"| `Queue.{name}` | {value} | src/X/Queue.cs | it waits |\n");
    }

    [Theory]
    [InlineData("1_000", 1000)]
    [InlineData("64 << 10", 65_536)]
    [InlineData("2L << 30", 2_147_483_648)]
    [InlineData("4 * 1024", 4096)]
    [InlineData("TimeSpan.FromMinutes(15)", 900)]
    [InlineData("TimeSpan.FromHours(8)", 28_800)]
    public void A_value_in_the_source_is_read(string expression, long value) =>
        Bound.Evaluate(expression).ShouldBe(value);

    [Fact]
    public void A_value_that_is_no_number_is_left_alone() => Bound.Evaluate("KeyBytes + TagBytes").ShouldBeNull();

    [Theory]
    [InlineData("1,000 entries", 1000)]
    [InlineData("64 KiB", 65_536)]
    [InlineData("2 GiB of memory", 2_147_483_648)]
    [InlineData("15 min", 900)]
    [InlineData("8 h", 28_800)]
    public void A_value_on_the_page_is_read(string cell, long value) => Bound.Read(cell).ShouldBe(value);

    [Fact]
    public void A_test_that_does_not_exist_is_found()
    {
        var page = new SourceFile("docs/threat-model.md", "see `A_kill_refuses_all` and `A_kill_is_lost`");
        var tests = new SourceFile("tests/X.cs", "    public async Task A_kill_refuses_all()");
        ThreatModelPage.Check(page, [tests]).ShouldHaveSingleItem().ShouldContain("A_kill_is_lost");
    }
}
