using Bartizan.Core.Enforcement;
using Bartizan.Records.Entries;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Projections;

/// <summary>An entry on its way into a projection.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Time">Its time.</param>
/// <param name="Codes">The columns before <see cref="ProjectionLayout.FirstText"/>.</param>
/// <param name="Texts">The columns from there on; null for none.</param>
internal sealed record ProjectedEntry(long Index, DateTimeOffset Time, long[] Codes, string?[] Texts)
{
    public static ProjectedEntry Of(EntryRow row)
    {
        var entry = row.Entry;
        return new ProjectedEntry(
            row.Index,
            row.Stamp.Time,
            [
                QueryTerm.Code<Core.Entries.EntryKind>(entry.Kind),
                QueryTerm.Code<Verb>(entry.Verb),
                QueryTerm.Code(entry.Effect),
                QueryTerm.Code(QueryTerm.VerdictOf(entry)),
                QueryTerm.Code(entry.Outcome),
                (long)entry.Labels,
                entry.Observed ? 1 : 0,
                entry.Passage,
            ],
            [
                entry.Session == default ? null : entry.Session.ToString(),
                Plain(entry.Agent),
                entry.Agent is { } agent ? Plain(EntryTexts.NameOf(agent)) : null,
                Plain(entry.Person),
                Plain(entry.Point),
                Plain(entry.Target),
                Plain(EntryTexts.HostOf(entry)),
                Plain(entry.Reason),
                Plain(entry.Detail),
                Plain(entry.Needed),
                Plain(entry.Credential),
                entry.Policy == default ? null : entry.Policy.ToString(),
                entry.Action == default ? null : entry.Action.ToString(),
                entry.Rules.IsEmpty ? null : ProjectionLayout.List(entry.Rules.Select(rule => rule.Text)),
                entry.Rules.IsEmpty
                    ? null
                    : ProjectionLayout.List(entry.Rules.SelectMany(rule => (string[])[rule.Place, rule.Layer])),
                entry.ToolCalls.IsEmpty ? null : ProjectionLayout.List(entry.ToolCalls),
            ]
        );
    }

    private static string? Plain(string? text) => text is null ? null : ProjectionLayout.Storable(text);
}
