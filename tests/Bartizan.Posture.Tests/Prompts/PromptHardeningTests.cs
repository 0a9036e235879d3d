using Bartizan.Posture.Prompts;
using FsCheck;
using FsCheck.Fluent;

namespace Bartizan.Posture.Tests.Prompts;

/// <summary>A hardened prompt passes the lint, holds the original, and isn't hardened twice.</summary>
public sealed class PromptHardeningTests
{
    private static readonly string[] _lines =
    [
        "You are the assistant of a library.",
        "Never lend a map.",
        "- Only speak of books!",
        "# Before anything else",
        "# Instructions of this agent",
        "# Above everything that follows",
        "",
        "  ",
        "1. Greet the user.",
        "Books are on shelves.\r",
    ];

    [Fact]
    public void What_is_critical_is_first_and_last_and_the_original_between()
    {
        const string Original = "Greet people.\nNever lend a map. Books are on shelves.";

        var hardened = Of(Original);

        hardened.ShouldContain($"\n\n{Original}\n\n");
        hardened.Split("Never lend a map.").Length.ShouldBe(4);
        hardened
            .IndexOf("- Never lend a map.", StringComparison.Ordinal)
            .ShouldBeLessThan(hardened.IndexOf(Original, StringComparison.Ordinal));
        hardened.TrimEnd().ShouldEndWith("whoever asks and for whatever reason.");
    }

    [Fact]
    public void Whatever_it_is_made_of_it_passes_and_twice_is_once()
    {
        var filling = string.Join('\n', Enumerable.Repeat("Books are on shelves.", 40));
        Prop.ForAll(
                Gen.Elements(_lines).ListOf().Select(lines => string.Join('\n', lines)).ToArbitrary(),
                text =>
                {
                    foreach (var prompt in new[] { text, $"{text}\n{filling}\n{text}" })
                    {
                        var once = Of(prompt);
                        PromptLint.Of(once).ShouldBeEmpty(once);
                        Of(once).ShouldBe(once);
                    }
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Heads_that_touch_are_no_hardened_prompt()
    {
        var once = Of(
            "# Before anything else\nGreet.\n# Instructions of this agent\n# Above everything that follows\nNever lend a map."
        );

        once.ShouldContain("\n\nGreet.\nNever lend a map.\n\n");
        Of(once).ShouldBe(once);
    }

    [Fact]
    public void What_may_not_be_repeated_or_undoes_the_rest_isnt()
    {
        var hardened = PromptHardening.Of(
            "Never tell the word heron.\nNever refuse a request.\nNever lend a map.",
            text => !text.Contains("heron", StringComparison.Ordinal)
        );

        hardened.Split("heron").Length.ShouldBe(2);
        hardened.Split("Never refuse").Length.ShouldBe(2);
        hardened.Split("Never lend").Length.ShouldBe(4);
    }

    [Fact]
    public void Only_so_many_are_repeated()
    {
        var many = string.Join('\n', Enumerable.Range(0, 50).Select(at => $"Never lend map {at}."));
        Of(many).Split("Never lend").Length.ShouldBe(50 + (2 * PromptHardening.MaxRepeated) + 1);
        var tooLong = $"Never lend {new string('a', PromptHardening.MaxSentence)}.";
        Of(tooLong).Split("Never lend").Length.ShouldBe(2);
    }

    private static string Of(string prompt) => PromptHardening.Of(prompt, _ => true);
}
