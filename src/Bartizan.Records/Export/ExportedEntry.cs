using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export;

/// <summary>An entry on its way out: what a format makes its text from, and nothing else.</summary>
/// <param name="Row">The entry.</param>
/// <param name="Leaf">Its leaf, byte for byte.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record ExportedEntry(EntryRow Row, ReadOnlyMemory<byte> Leaf, ExportSource Source)
{
    /// <summary>
    /// The idempotency key of every format: the log's origin and the entry's index. The same entry has the same key however
    /// often it is sent.
    /// </summary>
    public string Key { get; } = string.Create(CultureInfo.InvariantCulture, $"{Row.Stamp.Emitter}/{Row.Index}");

    /// <summary>The entry itself.</summary>
    public Entry Entry => Row.Entry;

    /// <summary>The target in parts.</summary>
    public TargetParts Target { get; } = TargetParts.Of(Row.Entry.Verb, Row.Entry.Target);

    /// <summary>How much it matters.</summary>
    public EntrySeverity Severity { get; } = SeverityOf(Row.Entry);

    /// <summary>What happened, in a few words that hold nothing of what the agent wrote.</summary>
    public string Title =>
        Entry.Verb == Verb.Unknown
            ? EntryNames<EntryKind>.Of(Entry.Kind)
            : $"{EntryNames<EntryKind>.Of(Entry.Kind)} {EntryNames<Verb>.Of(Entry.Verb)}";

    /// <summary>The decision in the words of a manifest; null for an entry without one.</summary>
    public string? Decision => Entry.Effect is { } effect ? EntryNames<Effect>.Of(effect) : null;

    /// <summary>Reads a leaf for export.</summary>
    /// <exception cref="InvalidDataException">When the leaf is no entry that this program reads.</exception>
    public static ExportedEntry Of(LogLeaf leaf, ExportSource source)
    {
        // A copy: the leaf's memory is a window of the file that the reader holds.
        var bytes = leaf.Bytes.ToArray();
        return new ExportedEntry(EntryDecoder.Decode(leaf.Index, bytes), bytes, source);
    }

    // A finding's detail is its code, its severity and its confidence.
    private static EntrySeverity OfFinding(string detail) =>
        detail.Split(' ') switch
        {
            [_, "high", ..] => EntrySeverity.High,
            [_, "medium", ..] => EntrySeverity.Medium,
            _ => EntrySeverity.Low,
        };

    private static EntrySeverity SeverityOf(Entry entry) =>
        entry switch
        {
            { Kind: EntryKind.Finding } => OfFinding(entry.Detail ?? ""),
            { Kind: EntryKind.Refusal, Verb: Verb.Unknown } => EntrySeverity.High,
            { Kind: EntryKind.Refusal } or { Observed: true, Needed: not null } => EntrySeverity.Medium,
            { Kind: EntryKind.Approval, Effect: Effect.Allow } => EntrySeverity.Low,
            { Outcome: OutcomeKind.Failed or OutcomeKind.Cut or OutcomeKind.Unknown } => EntrySeverity.Low,
            { Kind: EntryKind.State, Detail: "ended: lost" } => EntrySeverity.Medium,
            _ => EntrySeverity.Informational,
        };
}
