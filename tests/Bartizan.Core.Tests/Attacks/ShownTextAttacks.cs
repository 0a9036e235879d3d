using System.Text;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>An agent words its action so that a person reads another one than what would be executed.</summary>
public sealed class ShownTextAttacks
{
    [Theory]
    [InlineData("pay \u202eecila", @"pay \u202eecila")]
    [InlineData("\u2066bob\u2069", @"\u2066bob\u2069")]
    public void Text_that_turns_other_text_round_is_shown_by_its_number(string text, string shown) =>
        ShownText.Of(text).ShouldBe(shown);

    [Theory]
    [InlineData("re\u200bad", @"re\u200bad")]
    [InlineData("a\u00adb", @"a\u00adb")]
    [InlineData("\ufeffx", @"\ufeffx")]
    [InlineData("a\u3164b", @"a\u3164b")]
    [InlineData("tag\U000e0041", @"tag\u{e0041}")]
    [InlineData("a\u0301", @"a\u0301")]
    public void Invisible_characters_and_marks_are_shown_by_their_number(string text, string shown) =>
        ShownText.Of(text).ShouldBe(shown);

    [Theory]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("a\r\nb", @"a\u000d\u000ab")]
    [InlineData("a\u2028b\u0085c", @"a\u2028b\u0085c")]
    public void What_moves_a_terminal_or_ends_a_line_is_shown_by_its_number(string text, string shown) =>
        ShownText.Of(text).ShouldBe(shown);

    [Theory]
    [InlineData("p\u0430ypal.com", @"p\u0430ypal.com")]
    [InlineData("\u0440\u0430\u0443\u0440\u0430", @"\u0440\u0430\u0443\u0440\u0430")]
    [InlineData("\uff41dmin", @"\uff41dmin")]
    [InlineData("a\u2024b\u2215c", @"a\u2024b\u2215c")]
    [InlineData("\U0001d5baccount", @"\u{1d5ba}ccount")]
    public void Look_alike_letters_are_spelt_out(string text, string shown) => ShownText.Of(text).ShouldBe(shown);

    [Theory]
    [InlineData("Größere Käufe — 日本")]
    [InlineData("привет")]
    [InlineData("merge \"main\" (#12) 100%")]
    public void What_people_write_is_shown_as_it_is(string text) => ShownText.Of(text).ShouldBe(text);

    [Fact]
    public void A_text_can_not_pose_as_an_escape() => ShownText.Of(@"\u202e").ShouldNotBe(ShownText.Of("\u202e"));

    [Fact]
    public void A_lone_half_of_a_character_is_shown_and_not_replaced()
    {
        ShownText.Of("a\ud800b").ShouldBe(@"a\ud800b");
        ShownText.Of("\udc00").ShouldBe(@"\udc00");
    }

    [Fact]
    public void Spaces_push_nothing_off_the_screen() =>
        ShownText.Of("a" + new string(' ', 500) + "b").ShouldBe(@"a\s{500}b");

    [Fact]
    public void No_two_texts_are_shown_alike()
    {
        char[] letters = ['a', '\\', 'u', '2', '0', 'e', '\u202e', ' ', '\u0430', 's', '{', '9', '}'];
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in Words(letters, 4))
        {
            seen.TryAdd(ShownText.Of(text), text).ShouldBeTrue(text);
        }
    }

    [Fact]
    public void What_a_long_text_hides_is_told_by_its_length_and_digest()
    {
        var one = ShownText.Bounded(new string('a', 5_000) + "1" + new string('a', 5_000));
        var other = ShownText.Bounded(new string('a', 5_000) + "2" + new string('a', 5_000));

        one.ShouldContain("9,601 of 10,001 characters left out, sha256 ");
        one.ShouldNotBe(other);
        one.Length.ShouldBeLessThan(600);
    }

    [Fact]
    public void An_action_is_shown_value_by_value_and_the_rest_by_number_and_digest()
    {
        var many = string.Join(',', Enumerable.Range(0, 100).Select(n => $"\"k{n}\":{n}"));
        var action = new AgentAction
        {
            Session = SessionId.New(),
            Target = new ToolTarget("git", "push"),
            Point = "tools",
            Arguments = JsonElement.Parse(
                $$$"""{"a":{"b":["x\u202e","\"q\""],"empty":{}},"one":"1","n":1,{{{many}}}}"""
            ),
            Payloads =
            [
                new Payload("request", "text/plain", Encoding.UTF8.GetBytes("hi\u200b")),
                new Payload("r", "x/y", new byte[] { 0xff }),
            ],
        };

        var text = ActionText.Of(action);

        text.Title.ShouldBe("tool git/push");
        text.Details[..5]
            .ShouldBe([
                @"args.a.b[0] = ""x\u202e""",
                @"args.a.b[1] = ""\""q\""""",
                "args.a.empty = {}",
                @"args.one = ""1""",
                "args.n = 1",
            ]);
        text.Details[ActionText.MaxValues]
            .ShouldMatch("^…and 41 more values; all arguments: .* bytes, sha256 [0-9a-f]{16}$");
        text.Details[^2].ShouldMatch(@"^request: text/plain, 5 bytes, sha256 [0-9a-f]{16}: ""hi\\u200b""$");
        text.Details[^1].ShouldEndWith("bytes that are no text");
    }

    private static IEnumerable<string> Words(char[] letters, int most) =>
        most == 0
            ? [""]
            : Words(letters, most - 1)
                .Where(w => w.Length == most - 1)
                .SelectMany(w => letters.Select(c => w + c))
                .Concat(Words(letters, most - 1))
                .Distinct();
}
