using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Queries;

/// <summary>Reads the values of a qualifier into a term; what can't be meant is refused with what can.</summary>
internal static class QualifierReader
{
    public static QueryTerm? Read(Qualifier qualifier, QueryWord word, DateTimeOffset now, out string problem)
    {
        problem = "";
        switch (qualifier.Name)
        {
            case "kind":
                return Choice<EntryKind>(
                    "kind",
                    qualifier,
                    word,
                    row => QueryTerm.Code<EntryKind>(row.Entry.Kind),
                    out problem
                );
            case "verb":
                return Choice<Verb>("verb", qualifier, word, row => QueryTerm.Code<Verb>(row.Entry.Verb), out problem);
            case "decision":
                return Choice<Effect>(
                    "decision",
                    qualifier,
                    word,
                    row => QueryTerm.Code(row.Entry.Effect),
                    out problem
                );
            case "verdict":
                return Choice<Effect>(
                    "verdict",
                    qualifier,
                    word,
                    row => QueryTerm.Code(QueryTerm.VerdictOf(row.Entry)),
                    out problem
                );
            case "outcome":
                return Choice<OutcomeKind>(
                    "outcome",
                    qualifier,
                    word,
                    row => QueryTerm.Code(row.Entry.Outcome),
                    out problem
                );
            case "label":
                return Members<Labels>(qualifier, word, out problem) is { } labels
                    ? new QueryTerm.Labelled(labels.Aggregate(Labels.None, (all, label) => all | label))
                    : null;
            case "observed":
                return word.Values is [["true"]] or [["false"]]
                    ? new QueryTerm.Observed(word.Text == "true")
                    : Wrong(qualifier, word, word.Text, out problem);
            case "index" or "passage":
                return Numbers(qualifier, word, out problem);
            case "since" or "until":
                return word.Values is [[var text]] && MomentOf(text, now) is { } moment
                    ? new QueryTerm.Moment(qualifier.Name == "since", moment)
                    : Wrong(qualifier, word, word.Text, out problem);
            default:
                return Texts(qualifier, word, out problem);
        }
    }

    private static QueryTerm.Text? Texts(Qualifier qualifier, QueryWord word, out string problem)
    {
        problem = "";
        var field = qualifier.Name switch
        {
            "user" => TextField.Person,
            var name => Enum.Parse<TextField>(name, ignoreCase: true),
        };
        foreach (var value in word.Values)
        {
            if (value is [""] || value.Length > TextPattern.MaxStars + 1)
            {
                problem =
                    value.Length == 1
                        ? $"`{word.Key}:` needs a value; `{word.Key}:*` finds entries that have one"
                        : $"`{word.Key}:` takes at most {TextPattern.MaxStars} stars in a value";
                return null;
            }
        }

        return new QueryTerm.Text(
            field,
            [.. word.Values.Select(value => new TextPattern([.. value.Select(TextPattern.Fold)]))]
        );
    }

    private static QueryTerm? Choice<T>(
        string column,
        Qualifier qualifier,
        QueryWord word,
        Func<EntryRow, int> of,
        out string problem
    )
        where T : struct, Enum =>
        Members<T>(qualifier, word, out problem) is { } members
            ? new QueryTerm.Choice(column, of, [.. members.Select(member => QueryTerm.Code<T>(member))])
            : null;

    private static List<T>? Members<T>(Qualifier qualifier, QueryWord word, out string problem)
        where T : struct, Enum
    {
        problem = "";
        var members = new List<T>();
        foreach (var value in word.Values)
        {
            var name = QueryWord.Written(value).ToLowerInvariant();
            if (!EntryNames<T>.TryParse(name, out var member) || !EntryNames<T>.Asked.Contains(name))
            {
                Wrong(qualifier, word, name, out problem);
                problem += NearestWord.Find(name, EntryNames<T>.Asked) is { } near ? $". Did you mean `{near}`?" : "";
                return null;
            }

            members.Add(member);
        }

        return members;
    }

    private static QueryTerm? Numbers(Qualifier qualifier, QueryWord word, out string problem)
    {
        problem = "";
        var ranges = ImmutableArray.CreateBuilder<(long, long)>();
        foreach (var value in word.Values)
        {
            var text = QueryWord.Written(value);
            var ends = text.Split("..");
            if (
                ends.Length > 2
                || !Read(ends[0], 0, out var from)
                || !Read(ends[^1], long.MaxValue, out var to)
                || text == ""
            )
            {
                return Wrong(qualifier, word, text, out problem);
            }

            ranges.Add((from, to));
        }

        return new QueryTerm.Number(qualifier.Name == "index", ranges.ToImmutable());

        static bool Read(string end, long open, out long number)
        {
            number = open;
            return end.Length == 0 || long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }
    }

    private static QueryTerm? Wrong(Qualifier qualifier, QueryWord word, string value, out string problem)
    {
        problem = $"`{word.Key}:{value}` asks for nothing: `{word.Key}:` takes {qualifier.Takes}";
        return null;
    }

    private static DateTimeOffset? MomentOf(string value, DateTimeOffset now)
    {
        if (
            value.Length > 1
            && int.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
        {
            TimeSpan? unit = value[^1] switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => null,
            };

            // Before the year 1 nothing happened either: as far back as there are times.
            return unit is not { } length ? null
                : count > (now - DateTimeOffset.MinValue) / length ? DateTimeOffset.MinValue
                : now - (count * length);
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
}
