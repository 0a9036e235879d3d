using System.Diagnostics;
using System.Text;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>A condition or clean errors each time, never an exception, none slowly.</summary>
public sealed class ConditionFuzzTests
{
    private const int Texts = 100_000;

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(1);

    private static readonly string[] _pieces =
    [
        "args",
        ".",
        "a",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "r'",
        "b\"",
        "\\",
        "\\x",
        "\\u12",
        "\\U0010FFFF",
        "\\777",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        " in ",
        "-",
        "0x",
        "1e",
        "1e309",
        ".5",
        "5.",
        "1u",
        "9223372036854775807",
        "99999999999999999999",
        "null",
        "true",
        "false",
        "has(",
        "size(",
        ".startsWith(",
        ".contains(",
        "user.region",
        "session.labels",
        "time.hour",
        "time.date",
        "env.name",
        "action.bulk",
        ",",
        "//",
        "\n",
        "\t",
        "\0",
        "\uD83D",
        "\uDE00",
        "\u202E",
        "\uFEFF",
        "é",
        "{",
        "}",
        "?",
        ":",
        "+",
        "`",
        "=",
        "&",
        " ",
        "[0]",
        "['a b']",
    ];

    [Fact]
    public void A_hundred_thousand_texts_are_read_or_refused_cleanly()
    {
        var (dice, read, slowest) = (new Dice(20261121), 0, TimeSpan.Zero);
        var facts = RandomFacts.Make(dice).Facts;
        for (var i = 0; i < Texts; i++)
        {
            var text = i % 4 == 0 ? Build(dice) : Mutate(RandomCondition.Make(dice).Plain, dice);
            var start = Stopwatch.GetTimestamp();
            var result = Condition.Parse(text, ConditionSchema.Standard);
            var took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;

            result.IsValid.ShouldBe(result.Errors.IsEmpty, text);
            result.Errors.Length.ShouldBeLessThanOrEqualTo(16);
            foreach (var error in result.Errors)
            {
                error.Column.ShouldBeInRange(1, text.Length + 1, text);
                error.Message.ShouldNotBeEmpty();
                (error.Message + error.Hint)
                    .Any(c => char.IsControl(c) || c is '\u202E' or '\uFEFF')
                    .ShouldBeFalse(text);
            }

            if (result.Condition is { } condition)
            {
                read++;
                condition.Evaluate(facts);
                condition.Explain(facts);
                condition.CanonicalText.Any(c => char.IsControl(c) || c is '\u202E' or '\uFEFF').ShouldBeFalse(text);
            }
        }

        slowest.ShouldBeLessThan(_longest);
        read.ShouldBeInRange(Texts / 20, Texts * 9 / 10, "a fuzzer that makes one kind only tests half");
    }

    [Theory]
    [InlineData("(")]
    [InlineData("!")]
    [InlineData("[")]
    [InlineData("-")]
    [InlineData("a.")]
    [InlineData("a[")]
    [InlineData("a(")]
    [InlineData("size(")]
    [InlineData("args.a in [")]
    [InlineData("true&&")]
    [InlineData("true||(")]
    [InlineData("args.a==1||")]
    [InlineData("\"\"")]
    [InlineData("'\\u0041'")]
    [InlineData("1")]
    [InlineData("//\n")]
    public void A_text_made_to_be_slow_is_refused_quickly(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 2048 / piece.Length));
        var (least, errors) = (TimeSpan.MaxValue, 0);
        for (var i = 0; i < 5 && least >= _longest; i++)
        {
            var start = Stopwatch.GetTimestamp();
            errors = Condition.Parse(text, ConditionSchema.Standard).Errors.Length;
            least = TimeSpan.FromTicks(Math.Min(least.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        least.ShouldBeLessThan(_longest);
        errors.ShouldBeGreaterThan(0);
    }

    private static string Build(Dice dice)
    {
        var text = new StringBuilder();
        for (var i = dice.Next(20); i >= 0; i--)
        {
            text.Append(_pieces[dice.Next(_pieces.Length)]);
        }

        return text.ToString();
    }

    private static string Mutate(string seed, Dice dice)
    {
        var text = new StringBuilder(seed);
        for (var i = dice.Next(3); i >= 0 && text.Length > 0; i--)
        {
            var at = dice.Next(text.Length);
            var length = Math.Min(text.Length - at, 1 + dice.Next(10));
            switch (dice.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, _pieces[dice.Next(_pieces.Length)]);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 3:
                    text[at] = (char)dice.Next(0x180);
                    break;
                case 4:
                    text.Replace("args", "arsg", at, length).Replace('"', '\'', at, length);
                    break;
                default:
                    text.Length = at;
                    break;
            }
        }

        return text.ToString();
    }
}
