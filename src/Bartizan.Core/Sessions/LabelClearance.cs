using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Sessions;

/// <summary>
/// The entry by which people take a label off: what the session had met of it up to a number counts no more. What it met later, or beside
/// it, does: whoever reads the log knows the label to be off until an entry holds it again.
/// </summary>
public static class LabelClearance
{
    private const string Off = " taken off: met up to number ";

    private const string On = " stays: it wasn't taken off, met up to number ";

    /// <summary>The entry of a session whose label is taken off, or of one yes towards that.</summary>
    public static Entry Record(Session session, Labels label, long seen, string person, string why, string? towards)
    {
        ArgumentNullException.ThrowIfNull(session);
        var word = label.ToString().ToLowerInvariant();
        var number = seen.ToString(CultureInfo.InvariantCulture);
        return new Entry
        {
            Kind = EntryKind.Approval,
            Session = session.Id,
            Agent = session.Agent,
            Person = person,
            Target = $"label {word}",
            Effect = Effect.Allow,
            Reason = why,
            Detail = towards is null
                ? $"{word}{Off}{number}"
                : $"{towards} to take {word} off, met up to number {number}",
            Policy = session.Policy.Digest,
            Labels = session.Labels,
            Observed = session.Observe,
        };
    }

    /// <summary>The entry of a session that keeps a label though an entry before says it is off: it met more of it meanwhile.</summary>
    public static Entry RecordKept(Session session, Labels label, long seen, string person, string why)
    {
        ArgumentNullException.ThrowIfNull(session);
        var number = seen.ToString(CultureInfo.InvariantCulture);
        return Record(session, label, seen, person, why, towards: null) with
        {
            Effect = Effect.Deny,
            Detail = $"{label.ToString().ToLowerInvariant()}{On}{number}",
        };
    }

    /// <summary>The label that an entry takes off; none for every other entry.</summary>
    public static Labels Of(Entry entry) => LabelOf(entry, Effect.Allow, Off);

    /// <summary>The label of which an entry says that it stays, whatever the one before says; none for every other entry.</summary>
    public static Labels KeptOf(Entry entry) => LabelOf(entry, Effect.Deny, On);

    private static Labels LabelOf(Entry entry, Effect effect, string says)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return
            entry is { Kind: EntryKind.Approval, Detail: { } detail }
            && entry.Effect == effect
            && entry.Action == default
            && detail.IndexOf(says, StringComparison.Ordinal) is > 0 and var end
            && Enum.TryParse<Labels>(detail.AsSpan(0, end), ignoreCase: true, out var label)
            ? label
            : Labels.None;
    }
}
