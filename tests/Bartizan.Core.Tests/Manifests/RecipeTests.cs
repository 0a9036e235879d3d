using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>The recipes of the documentation, as a newcomer would copy them.</summary>
public sealed class RecipeTests
{
    private const int MostLines = 6;
    private const int LeastRecipes = 10;
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Titles => [.. Recipes().Keys];

    [Fact]
    public void There_are_the_ten_that_people_ask_for() => Recipes().Count.ShouldBeGreaterThanOrEqualTo(LeastRecipes);

    [Theory]
    [MemberData(nameof(Titles))]
    public void Each_recipe_is_short_loads_and_answers_its_questions(string title)
    {
        var (manifest, cases) = Recipes()[title];
        manifest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(MostLines);

        var load = Repository.LoadText("apiVersion: bartizan/v1\nagent: recipe\n" + manifest);
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        var file = PolicyCaseFile.Load(cases, title);
        file.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();

        var policy = Policy.Compile(load.Manifest!);
        foreach (var asked in file.Cases)
        {
            var decision = asked.Question.Ask(policy, load.Manifest!, s_now).Decision;
            decision.Effect.ShouldBe(asked.Expected, $"{asked.Position}: {asked.Action}: {decision.Reason}");
        }

        file.Cases.Select(c => c.Expected).Distinct().Count().ShouldBeGreaterThan(1, "a recipe shows both sides");
    }

    private static Dictionary<string, (string Manifest, string Cases)> Recipes()
    {
        var recipes = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        var page = File.ReadAllText(Repository.PathOf("docs", "recipes.md"));
        foreach (var section in page.Split("\n## ")[1..])
        {
            var blocks = section
                .Split("```yaml\n")[1..]
                .Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]);
            recipes[section[..section.IndexOf('\n', StringComparison.Ordinal)]] = blocks.ToArray()
                is [var manifest, var cases]
                ? (manifest, cases)
                : throw new InvalidOperationException("a recipe is a manifest and its cases");
        }

        return recipes;
    }
}
