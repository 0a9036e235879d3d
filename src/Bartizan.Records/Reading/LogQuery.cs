using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Reading;

/// <summary>
/// Asks for entries in words: <c>agent:triage effect:deny target:*.example.com since:2h -verb:model "some text"</c>. All words must hold; a
/// <c>-</c> in front turns one round; values of one key separated by commas are alternatives; words without a key are looked for
/// in target, reason, detail, rules and tool calls.
/// </summary>
public sealed class LogQuery
{
    /// <summary>The keys, for help and completion.</summary>
    public static readonly ImmutableArray<string> Keys =
    [
        "agent",
        "credential",
        "effect",
        "index",
        "kind",
        "label",
        "observed",
        "outcome",
        "passage",
        "person",
        "point",
        "reason",
        "rule",
        "session",
        "since",
        "target",
        "tool",
        "until",
        "verb",
    ];

    // Nobody types more; a bound keeps a script from building a query that takes a second for each entry.
    private const int MaxTerms = 64;

    private readonly ImmutableArray<Func<EntryRow, bool>> _tests;
    private readonly byte[] _needle;

    private LogQuery(ImmutableArray<Func<EntryRow, bool>> tests, byte[] needle)
    {
        _tests = tests;
        _needle = needle;
    }

    /// <summary>Everything.</summary>
    public static LogQuery All { get; } = new([], []);

    /// <summary>The entries of one session.</summary>
    public static LogQuery Of(SessionId session) =>
        new([row => row.Entry.Session == session], Encoding.ASCII.GetBytes(session.ToString()));

    /// <summary>Reads a query. A refusal says what is wrong with it.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out LogQuery query, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        query = All;
        problem = "";
        var tests = ImmutableArray.CreateBuilder<Func<EntryRow, bool>>();
        byte[] needle = [];
        foreach (var word in Split(text))
        {
            var negated = word.Length > 1 && word[0] == '-';
            var term = negated ? word[1..] : word;
            var colon = term.IndexOf(':', StringComparison.Ordinal);
            var key = colon > 0 ? term[..colon] : "";
            var value = colon > 0 ? term[(colon + 1)..] : term;
            if (colon > 0 && key.All(char.IsAsciiLetterLower) && !Keys.Contains(key) && key != "decision")
            {
                problem =
                    $"`{key}:` is no key of the log; the keys are {string.Join(", ", Keys)} (quote a text that holds a colon)";
                return false;
            }

            var test =
                Keys.Contains(key) || key == "decision"
                    ? TestOf(key, value, now, out problem)
                    : TextTest(term.Trim('"'));
            if (test is null || tests.Count == MaxTerms)
            {
                problem = test is null ? problem : $"a query has at most {MaxTerms} words";
                return false;
            }

            tests.Add(negated ? row => !test(row) : test);
            if (key == "session" && !negated && SessionId.TryParse(value, out var id))
            {
                needle = Encoding.ASCII.GetBytes(id.ToString());
            }
        }

        query = new LogQuery(tests.ToImmutable(), needle);
        return true;
    }

    /// <summary>True when the entry is asked for.</summary>
    public bool Matches(EntryRow row)
    {
        foreach (var test in _tests)
        {
            if (!test(row))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False when the leaf, not even decoded, can't be asked for.</summary>
    internal bool MayMatch(ReadOnlySpan<byte> leaf) => _needle.Length == 0 || leaf.IndexOf(_needle) >= 0;

    private static Func<EntryRow, bool>? TestOf(string key, string value, DateTimeOffset now, out string problem)
    {
        problem = "";
        value = value.Trim('"');
        switch (key)
        {
            case "kind":
                return Choice<EntryKind>(key, value, row => row.Entry.Kind, out problem);
            case "verb":
                return Choice<Verb>(key, value, row => row.Entry.Verb, out problem);
            case "effect" or "decision":
                return Choice<Effect>(key, value, row => row.Entry.Effect, out problem);
            case "outcome":
                return Choice<OutcomeKind>(key, value, row => row.Entry.Outcome, out problem);
            case "label":
                return EntryNames<Labels>.TryParse(value, out var label)
                    ? row => row.Entry.Labels.HasFlag(label)
                    : Wrong(key, value, EntryNames<Labels>.All, out problem);
            case "observed":
                return bool.TryParse(value, out var observed)
                    ? row => row.Entry.Observed == observed
                    : Wrong(key, value, ["true", "false"], out problem);
            case "index" or "passage":
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? row => (key == "index" ? row.Index : row.Entry.Passage) == number
                    : Wrong(key, value, ["a number"], out problem);
            case "since" or "until":
                return Moment(value, now) is { } moment
                    ? row => key == "since" ? row.Stamp.Time >= moment : row.Stamp.Time <= moment
                    : Wrong(key, value, ["30s", "15m", "2h", "7d", "2026-01-31", "2026-01-31T12:00:00Z"], out problem);
            default:
                var patterns = value.Split(',').Select(pattern => new TextPattern(pattern)).ToArray();
                return row => TextsOf(key, row).Any(text => Array.Exists(patterns, pattern => pattern.Matches(text)));
        }
    }

    private static IEnumerable<string> TextsOf(string key, EntryRow row)
    {
        var entry = row.Entry;
        return key switch
        {
            "agent" => entry.Agent is { } agent ? [agent, agent.Split('@')[0]] : [],
            "credential" => One(entry.Credential),
            "person" => One(entry.Person),
            "point" => One(entry.Point),
            "reason" => One(entry.Reason),
            "rule" => entry.Rules.SelectMany(rule => new[] { rule.Text, rule.Place, rule.Layer }),
            "session" => One(entry.Session.ToString()),
            "target" => One(entry.Target),
            "tool" => entry.ToolCalls,
            _ => [],
        };

        static IEnumerable<string> One(string? text) => text is null ? [] : [text];
    }

    private static Func<EntryRow, bool> TextTest(string text)
    {
        return row =>
            Holds(row.Entry.Target)
            || Holds(row.Entry.Reason)
            || Holds(row.Entry.Detail)
            || row.Entry.Rules.Any(rule => Holds(rule.Text))
            || row.Entry.ToolCalls.Any(Holds);

        bool Holds(string? where) => where is not null && where.Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    private static Func<EntryRow, bool>? Choice<T>(string key, string value, Func<EntryRow, T?> of, out string problem)
        where T : struct, Enum
    {
        problem = "";
        var wanted = new HashSet<T>();
        foreach (var name in value.Split(','))
        {
            if (!EntryNames<T>.TryParse(name, out var member))
            {
                return Wrong(key, name, EntryNames<T>.All, out problem);
            }

            wanted.Add(member);
        }

        return row => of(row) is { } member && wanted.Contains(member);
    }

    private static Func<EntryRow, bool>? Wrong(string key, string value, IEnumerable<string> known, out string problem)
    {
        problem = $"`{key}:{value}` asks for nothing: `{key}:` takes {string.Join(", ", known)}";
        return null;
    }

    private static DateTimeOffset? Moment(string value, DateTimeOffset now)
    {
        if (
            value.Length > 1
            && int.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
        {
            return value[^1] switch
            {
                's' => now.AddSeconds(-count),
                'm' => now.AddMinutes(-count),
                'h' => now.AddHours(-count),
                'd' => now.AddDays(-count),
                _ => null,
            };
        }

        return DateTimeOffset.TryParse(
            value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var moment
        )
            ? moment
            : null;
    }

    private static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in text)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }

            if (char.IsWhiteSpace(c) && !quoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
