using System.Text;
using Bartizan.Cli.Runs;
using Bartizan.Client.Runs;

namespace Bartizan.EndToEnd.Tests.Attacks;

/// <summary>An agent words its action so that the person reads another question than the one that is asked.</summary>
public sealed class QuestionAttacks
{
    private const int Rows = 4;

    [Theory]
    [InlineData("connect a.test:443\r\nAllow this one action? [y/N] y\r\nallowed", @"\u{d}\u{a}Allow")]
    [InlineData("connect a.test:443\nbartizan asks: read notes.txt", @"\u{a}bartizan")]
    [InlineData("connect \u001b[2J\u001b[Hgood.test", @"\u{1b}[2J")]
    [InlineData("connect \u009b2Jgood.test", @"\u{9b}2J")]
    [InlineData("connect \u001b]0;title\u0007good.test", @"\u{1b}]0;title\u{7}")]
    [InlineData("connect evil\b\b\b\bgood.test", @"\u{8}")]
    [InlineData("connect \u202etset.doog", @"\u{202e}")]
    [InlineData("connect \u2066good\u2069.test", @"\u{2066}")]
    [InlineData("connect go\u200bod.test", @"\u{200b}")]
    [InlineData("connect a\u2028b\u2029c", @"\u{2028}b\u{2029}")]
    public void What_would_draw_or_end_a_line_is_shown_by_its_number(string words, string shown)
    {
        foreach (var asked in Asked(words))
        {
            var question = AskText.Of(asked);

            question.ShouldContain(shown, Case.Sensitive);
            question.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(Rows);
            question
                .Replace("\r\n", "", StringComparison.Ordinal)
                .EnumerateRunes()
                .ShouldAllBe(rune => !Rune.IsControl(rune) && rune.Value != 0x202e && rune.Value != 0x2066);
        }
    }

    [Fact]
    public void A_question_is_not_pushed_off_the_screen_and_both_of_its_ends_are_read()
    {
        var words = "connect head.test/" + new string('a', 1_000_000) + "/end.test";
        foreach (var asked in Asked(words))
        {
            var question = AskText.Of(asked);

            question.Length.ShouldBeLessThan(24 * 80);
            question.ShouldContain("connect head.test/");
            question.ShouldContain("/end.test\r\n");
            question.ShouldContain("characters not shown");
        }
    }

    [Fact]
    public void Arguments_that_are_not_shown_are_said_to_be_missing()
    {
        var asked = new RunEvent.Asked("0123456789abcdef0123", "tool git/merge", "rule", "why")
        {
            Details =
            [
                "args.to = \"main\"",
                "args.text = \"" + new string('a', 300) + "\"",
                .. Enumerable.Repeat("args.x = 1", 90),
            ],
        };

        var question = AskText.Of(asked);

        question.ShouldContain("\r\n  args.to = \"main\"\r\n");
        question.ShouldContain("NOT SHOWN: 87 more values, some long. All: bartizan approvals show a-0123456789ab");
        question.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThan(12);
    }

    [Fact]
    public void What_a_person_would_write_is_shown_as_it_is() =>
        AskText
            .Of(new RunEvent.Asked("d0", "connect bücher.example:443", "ask: connect *", "Größere Käufe — 日本"))
            .ShouldBe(
                "\r\nbartizan asks: connect bücher.example:443\r\n  rule   ask: connect *\r\n  why    Größere Käufe — 日本\r\n  digest d0\r\n"
            );

    private static IEnumerable<RunEvent.Asked> Asked(string words) =>
        [
            new("0123456789abcdef0123", words, "rule", "why"),
            new("0123456789abcdef0123", "action", words, "why"),
            new("0123456789abcdef0123", "action", "rule", words),
        ];
}
