using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Conditions;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>Facts by chance, often incomplete, and the same once more for a peer: every value tagged with its type.</summary>
internal sealed class RandomFacts
{
    public static string[] Texts { get; } =
    ["", "a", "ab", "b", "main", "eu", "us", "é", "\U0001F600", "a\"b", "x\ny", "\\", "aé\U0001F600b"];

    public static long[] Wholes { get; } =
    [0, 1, -1, 2, 3, 7, 100, long.MaxValue, long.MinValue, (1L << 53) + 1, 1L << 53, -(1L << 53) - 1];

    public static double[] Reals { get; } =
    [0.5, 1, -1, 2, 3.25, 1e3, 9007199254740992, 9223372036854775807, -9223372036854775808, 1e300, -0.0, 5e-324];

    private readonly Dice _dice;

    private RandomFacts(Dice dice)
    {
        _dice = dice;
        Facts = new Facts
        {
            Args = MakeArgs(),
            Agent = MakeSet("agent", ("name", MakeText), ("owner", MakeText), ("version", MakeVersion)),
            User = MakeSet(
                "user",
                ("id", MakeText),
                ("groups", MakeGroups),
                ("department", MakeText),
                ("region", MakeText)
            ),
            Resource = MakeSet("resource", ("class", MakeText), ("owner", MakeText), ("region", MakeText)),
            Env = MakeSet("env", ("name", () => AttributeValue.Of(_dice.Of("development", "staging", "production")))),
            Labels = MakeLabels(),
            Time = MakeTime(),
            Bulk = MakeAction("bulk", _dice.OneIn(2)),
            Count = MakeAction("count", _dice.Next(5)),
        };
    }

    public Facts Facts { get; }

    public JsonObject Tagged { get; } = [];

    public static RandomFacts Make(Dice dice) => new(dice);

    private System.Text.Json.JsonElement MakeArgs()
    {
        if (_dice.OneIn(30))
        {
            return default;
        }

        var text = new StringBuilder();
        Tagged["args"] = WriteObject(text, 0);
        return Given.Json(text.ToString());
    }

    private JsonObject WriteObject(StringBuilder text, int depth)
    {
        var members = new JsonObject();
        text.Append('{');
        foreach (var name in (string[])["a", "b", "s", "n", "f", "l", "o", "a b"])
        {
            if (_dice.OneIn(4))
            {
                continue;
            }

            text.Append(members.Count > 0 ? ", " : " ");
            WriteText(text, name);
            text.Append(": ");
            members[name] = name switch
            {
                "s" when !_dice.OneIn(6) => WriteValue(text, depth, 4),
                "n" when !_dice.OneIn(6) => WriteValue(text, depth, 2 + _dice.Next(2)),
                "f" when !_dice.OneIn(6) => WriteValue(text, depth, 1),
                "l" when !_dice.OneIn(6) && depth < 2 => WriteValue(text, depth, 5),
                "o" when !_dice.OneIn(6) && depth < 2 => WriteValue(text, depth, 6),
                _ => WriteValue(text, depth, _dice.Next(depth < 2 ? 7 : 5)),
            };
        }

        text.Append('}');
        return new JsonObject { ["o"] = members };
    }

    private JsonObject WriteValue(StringBuilder text, int depth, int kind)
    {
        switch (kind)
        {
            case 0:
                text.Append("null");
                return new JsonObject { ["n"] = true };
            case 1:
                var truth = _dice.OneIn(2);
                text.Append(truth ? "true" : "false");
                return Tag(AttributeValue.Of(truth));
            case 2:
                var whole = _dice.Of<long>(Wholes);
                text.Append(whole.ToString(CultureInfo.InvariantCulture));
                return Tag(AttributeValue.Of(whole));
            case 3:
                var real = AttributeValue.Of(_dice.Of<double>(Reals));
                text.Append(real);
                return Tag(real);
            case 4:
                var value = _dice.Of<string>(Texts);
                WriteText(text, value);
                return Tag(AttributeValue.Of(value));
            case 5:
                var items = new JsonArray();
                text.Append('[');
                var isMixed = _dice.OneIn(5);
                var same = 1 + _dice.Next(4);
                for (var count = _dice.Next(4); items.Count < count; )
                {
                    text.Append(items.Count > 0 ? "," : "");
                    items.Add(WriteValue(text, depth + 1, isMixed ? _dice.Next(5) : same));
                }

                text.Append(']');
                return new JsonObject { ["l"] = items };
            default:
                return WriteObject(text, depth + 1);
        }
    }

    // As itself or as an escape: it means the same.
    private void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ =
                c is '"' or '\\' && _dice.OneIn(2) ? text.Append('\\').Append(c)
                : c is '"' or '\\' || c < ' ' || char.IsSurrogate(c) || _dice.OneIn(6)
                    ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : text.Append(c);
        }

        text.Append('"');
    }

    private AttributeSet? MakeSet(string root, params (string Name, Func<AttributeValue> Make)[] attributes)
    {
        if (_dice.OneIn(12))
        {
            return null;
        }

        var known = attributes.Where(_ => !_dice.OneIn(5)).Select(a => KeyValuePair.Create(a.Name, a.Make())).ToArray();
        Tagged[root] = Members([.. known.Select(pair => (pair.Key, Tag(pair.Value)))]);
        return AttributeSet.Of(known);
    }

    private AttributeValue MakeText() => AttributeValue.Of(_dice.Of<string>(Texts));

    private AttributeValue MakeVersion() => AttributeValue.Of(_dice.Next(4));

    private AttributeValue MakeGroups() =>
        AttributeValue.ListOf(Enumerable.Range(0, _dice.Next(4)).Select(_ => _dice.Of<string>(Texts)));

    private Labels? MakeLabels()
    {
        if (_dice.OneIn(8))
        {
            return null;
        }

        var labels = (Labels)_dice.Next(8);
        var words = Enum.GetValues<Labels>().Where(l => l != Labels.None && labels.HasFlag(l));
        var list = AttributeValue.ListOf(words.Select(l => l.ToString().ToLowerInvariant()));
        Tagged["session"] = Members(("labels", Tag(list)));
        return labels;
    }

    private LocalTime? MakeTime()
    {
        if (_dice.OneIn(8))
        {
            return null;
        }

        var day = new DateOnly(2026, 1, 1).AddDays(_dice.Next(800));
        var time = new LocalTime(day, _dice.Next(24), _dice.Next(60));
        Tagged["time"] = Members(
            ("hour", Tag(AttributeValue.Of(time.Hour))),
            ("minute", Tag(AttributeValue.Of(time.Minute))),
            ("weekday", Tag(AttributeValue.Of(day.DayOfWeek.ToString()[..3]))),
            ("date", Tag(AttributeValue.Of(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))))
        );
        return time;
    }

    private bool? MakeAction(string name, bool value) => Known(name, AttributeValue.Of(value)) ? value : null;

    private long? MakeAction(string name, long value) => Known(name, AttributeValue.Of(value)) ? value : null;

    private bool Known(string name, AttributeValue value)
    {
        if (_dice.OneIn(6))
        {
            return false;
        }

        Tagged["action"] ??= Members();
        Tagged["action"]!["o"]![name] = Tag(value);
        return true;
    }

    private static JsonObject Members(params (string Name, JsonObject Value)[] members) =>
        new() { ["o"] = new JsonObject(members.Select(m => KeyValuePair.Create(m.Name, (JsonNode?)m.Value))) };

    private static JsonObject Tag(AttributeValue value) =>
        value.Kind switch
        {
            ValueKind.Bool => new JsonObject { ["b"] = value.Whole != 0 },
            ValueKind.Int => new JsonObject { ["i"] = value.ToString() },
            ValueKind.Double => new JsonObject { ["d"] = value.Real },
            ValueKind.String => new JsonObject { ["s"] = value.Text },
            _ => new JsonObject { ["l"] = new JsonArray([.. value.Items.Select(Tag)]) },
        };
}
