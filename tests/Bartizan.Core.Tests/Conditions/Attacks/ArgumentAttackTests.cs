using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Conditions.Attacks;

/// <summary>An agent chooses its arguments. Whatever it sends, what a server could understand otherwise is unknown.</summary>
public sealed class ArgumentAttackTests
{
    [Theory]
    [InlineData("""{ "role": "user", "role": "admin" }""")]
    [InlineData("""{ "role": "admin", "role": "user" }""")]
    [InlineData("""{ "role": "user", "r\u006fle": "admin" }""")]
    [InlineData("""{ "role": "user", "Role": "admin" }""")]
    [InlineData("""{ "Role": "admin" }""")]
    [InlineData("""{ "RO\u004cE": "admin" }""")]
    [InlineData("""{ "role": ["admin"] }""")]
    [InlineData("""{ "role": { "is": "admin" } }""")]
    [InlineData("""{ "role": null }""")]
    [InlineData("""{ "role": "admin\u0000" }""")]
    [InlineData("""{ "role": "user\u0000admin" }""")]
    [InlineData("""{ "role": "user\ud800" }""")]
    [InlineData("""{ "role": "\udc00\ud800" }""")]
    [InlineData("""{ }""")]
    [InlineData("""{ "rol\u0000": 1, "user": "role" }""")]
    [InlineData("""["role", "user"]""")]
    [InlineData("\"role\"")]
    [InlineData("null")]
    public void An_ambiguous_argument_gets_past_no_rule(string json)
    {
        // CVE-like lessons: duplicate keys (last or first wins), case-insensitive readers, arrays for texts, C strings.
        var facts = new Facts { Args = Given.Json(json) };
        foreach (
            var text in (string[])["args.role == 'admin'", "args.role != 'user'", "!(args.role in ['user', 'guest'])"]
        )
        {
            var truth = Given.Condition(text).Evaluate(facts);
            truth.ShouldBe(Truth.Unknown, text);
            ConditionVerdict.Applies(Effect.Deny, truth).ShouldBeTrue();
        }

        foreach (
            var text in (string[])["args.role == 'user'", "args.role != 'admin'", "args.role in ['user', 'guest']"]
        )
        {
            ConditionVerdict.Applies(Effect.Allow, Given.Condition(text).Evaluate(facts)).ShouldBeFalse(text);
        }
    }

    [Theory]
    [InlineData("""{ "key": 1, "\u212Aey": 2 }""", "args.key == 1")]
    [InlineData("""{ "is": 1, "i\u017f": 2 }""", "args.is == 1")]
    [InlineData("""{ "a": { "b": 1, "B": 2 } }""", "args.a.b == 1")]
    [InlineData("""{ "é": 1, "É": 2 }""", "args['é'] == 1")]
    [InlineData("""{ "é": 1, "\u00c9": 2 }""", "args['é'] == 1")]
    [InlineData("""{ "\u017f": 1, "s": 2 }""", "args['\u017f'] == 1")]
    [InlineData("""{ "ab": 1, "\u0041b": 2 }""", "args.ab == 1")]
    [InlineData("""{ "a": 1, "A": 2 }""", "has(args.a)")]
    [InlineData("""{ "A": 2 }""", "has(args.a)")]
    [InlineData("""{ "A": 2 }""", "!has(args.a)")]
    [InlineData("""{ "a": null }""", "has(args.a)")]
    [InlineData("""{ "a": null }""", "!has(args.a)")]
    public void A_name_that_some_reader_takes_for_another_is_not_known(string json, string text) =>
        Given.EvaluateArgs(text, json).ShouldBe(Truth.Unknown);

    [Theory]
    [InlineData(
        """{ "ab": 1, "abc": 2, "a": 3, "a\u0062c": 4, "ä": 5 }""",
        "args.ab == 1 && args.a == 3 && args['ä'] == 5"
    )]
    [InlineData("""{ "a\u0062": 1, "x": 2 }""", "args.ab == 1 && !has(args.y)")]
    [InlineData("""{ "content-type": "x", "content_type": "y" }""", "args['content-type'] != args.content_type")]
    public void Names_that_only_begin_alike_are_told_apart(string json, string text) =>
        Given.EvaluateArgs(text, json).ShouldBe(Truth.True);

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("100000000000000000000000000000000000")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e-400")]
    [InlineData("\"50\"")]
    [InlineData("true")]
    [InlineData("[50]")]
    public void A_number_that_does_not_fit_gets_past_no_limit(string number)
    {
        var json = $$"""{ "limit": {{number}} }""";
        Given.EvaluateArgs("args.limit <= 100", json).ShouldBe(Truth.Unknown);
        Given.EvaluateArgs("args.limit > 100", json).ShouldBe(Truth.Unknown);
        Given.EvaluateArgs("args.limit != 100", json).ShouldBe(Truth.Unknown);
    }

    [Theory]
    [InlineData("9007199254740993", "args.n == 9007199254740993", Truth.True)]
    [InlineData("9007199254740993", "args.n == 9007199254740992", Truth.False)]
    [InlineData("9007199254740993", "args.n > 9007199254740992", Truth.True)]
    [InlineData("9007199254740993", "args.n == 9007199254740992.0", Truth.Unknown)]
    [InlineData("9007199254740993", "args.n > 9007199254740992.0", Truth.Unknown)]
    [InlineData("9007199254740993", "args.n < 9007199254740994.0", Truth.True)]
    [InlineData("9223372036854775807", "args.n < 9223372036854775808.0", Truth.Unknown)]
    [InlineData("-9223372036854775808", "args.n == -9223372036854775808.0", Truth.True)]
    [InlineData("100.0", "args.n == 100", Truth.True)]
    [InlineData("1e2", "args.n <= 100", Truth.True)]
    [InlineData("100.5", "args.n <= 100", Truth.False)]
    [InlineData("-0.0", "args.n == 0", Truth.True)]
    [InlineData("-0", "args.n >= 0", Truth.True)]
    [InlineData("0.0e5", "args.n == 0", Truth.True)]
    public void Numbers_are_compared_exactly(string number, string text, Truth truth) =>
        Given.EvaluateArgs(text, $$"""{ "n": {{number}} }""").ShouldBe(truth);

    [Theory]
    [InlineData("\"\\u0061dmin\"", "args.role == 'admin'")]
    [InlineData("\"adm\\u0069n\"", "args.role.startsWith('admin')")]
    [InlineData("\"\\/etc\\/passwd\"", "args.role == '/etc/passwd'")]
    [InlineData("\"x\\ud83d\\ude00\"", "args.role.endsWith('\\U0001F600')")]
    [InlineData("\"\\u00e9\"", "args.role == 'é'")]
    [InlineData("\"\\uFF01\"", "args.role < '\\U0001F600'")]
    public void An_escape_hides_nothing(string literal, string text) =>
        Given.EvaluateArgs(text, $$"""{ "r\u006fle": {{literal}} }""").ShouldBe(Truth.True);

    [Fact]
    public void A_text_that_is_no_utf8_is_unknown()
    {
        byte[] json = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var facts = new Facts { Args = JsonDocument.Parse(json).RootElement };
        Given.Condition("args.a != 'x'").Evaluate(facts).ShouldBe(Truth.Unknown);
        Given.Condition("size(args.a) > 0").Evaluate(facts).ShouldBe(Truth.Unknown);
        Should.Throw<ArgumentException>(() => AttributeValue.OfUtf8([0xC3, 0x28]));
    }

    [Fact]
    public void What_is_too_large_to_look_at_is_unknown()
    {
        var text = new string('x', 1 << 20);
        Given.EvaluateArgs("args.a.startsWith('x')", $$"""{ "a": "{{text}}" }""").ShouldBe(Truth.True);
        Given.EvaluateArgs("args.a.startsWith('x')", $$"""{ "a": "{{text}}x" }""").ShouldBe(Truth.Unknown);
        var items = string.Join(",", Enumerable.Repeat("1", 10_000));
        Given.EvaluateArgs("1 in args.a", $$"""{ "a": [{{items}}] }""").ShouldBe(Truth.True);
        Given.EvaluateArgs("1 in args.a", $$"""{ "a": [{{items}},1] }""").ShouldBe(Truth.Unknown);
        Given.EvaluateArgs("size(args.a) == 10001", $$"""{ "a": [{{items}},1] }""").ShouldBe(Truth.True);
        var piece = new string('x', 4097);
        Given
            .EvaluateArgs("args.a.contains(args.b)", $$"""{ "a": "{{text}}", "b": "{{piece}}" }""")
            .ShouldBe(Truth.Unknown);
    }

    [Fact]
    public void Arguments_made_to_be_slow_are_judged_quickly()
    {
        var text = new string('a', (1 << 20) - 1);
        var piece = new string('a', 2000) + "b" + new string('a', 2000);
        var names = string.Join(
            ",",
            Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"\\u00e9{i}\":{i}"))
        );
        var json = Encoding.UTF8.GetBytes($$"""{ "text": "{{text}}", "piece": "{{piece}}", {{names}} }""");
        using var document = JsonDocument.Parse(json);
        var condition = Given.Condition("args.text.contains(args.piece) || args.z == 1");
        var least = TimeSpan.MaxValue;
        for (var i = 0; i < 5 && least > TimeSpan.FromMilliseconds(500); i++)
        {
            var start = Stopwatch.GetTimestamp();
            condition.Evaluate(new Facts { Args = document.RootElement }).ShouldBe(Truth.Unknown);
            least = TimeSpan.FromTicks(Math.Min(least.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        least.ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void Random_bytes_as_arguments_never_end_in_an_exception()
    {
        const int Tries = 20_000;
        var dice = new Dice(7);
        byte[] alphabet = [.. "{}[]\":,\\u0dce9.1-\" ab\"nulltrue"u8, 0xC3, 0xA9, 0xFF];
        var conditions = (
            (string[])["args.a == 'x'", "size(args.a) > 1", "1 in args.a", "has(args.a)", "args[0] != args[1]"]
        )
            .Select(text =>
                Given.Condition(text.Replace("args[0] != args[1]", "args.a[0] != args.a[1]", StringComparison.Ordinal))
            )
            .ToArray();
        var parsed = 0;
        for (var i = 0; i < Tries; i++)
        {
            var body = new byte[dice.Next(24)];
            for (var j = 0; j < body.Length; j++)
            {
                body[j] = alphabet[dice.Next(alphabet.Length)];
            }

            byte[] json = dice.OneIn(2)
                ? [.. "{\"a\":\""u8, .. body, .. "\"}"u8]
                : [.. "{\"a\":["u8, .. body, .. "]}"u8];
            try
            {
                using var document = JsonDocument.Parse(json);
                parsed++;
                foreach (var condition in conditions)
                {
                    condition.Evaluate(new Facts { Args = document.RootElement });
                }
            }
            catch (JsonException)
            {
                // No JSON: the gateway refuses it before there are arguments.
            }
        }

        parsed.ShouldBeGreaterThan(Tries / 50);
    }
}
