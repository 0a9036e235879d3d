using Bartizan.Core.Entries;
using Bartizan.Log.Pruning;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Retention;

/// <summary>Records of prunes as entries of the instance: no session's entry is one, whatever an agent writes into it.</summary>
public sealed class EntryPruneRecords : IPruneRecords
{
    /// <summary>The detail of such an entry; its target holds the record.</summary>
    public const string Detail = "pruned";

    private EntryPruneRecords() { }

    /// <summary>The one instance; it has no state.</summary>
    public static EntryPruneRecords Instance { get; } = new();

    /// <summary>The entry that records a prune.</summary>
    public static Entry Write(PruneRecord record, string by, string why)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new Entry
        {
            Kind = EntryKind.Instance,
            Person = by,
            Target = PlainPruneRecords.Line(record),
            Detail = Detail,
            Reason = why,
        };
    }

    /// <summary>What an entry says of a prune; null when it is another.</summary>
    public static PruneRecord? Of(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry is { Kind: EntryKind.Instance, Detail: Detail, Target: { } line } && entry.Session == default
            ? PlainPruneRecords.ReadLine(line)
            : null;
    }

    /// <inheritdoc/>
    public PruneRecord? Read(ReadOnlySpan<byte> leaf)
    {
        // Cheap first: a verifier asks this of every entry.
        if (leaf.IndexOf("\"detail\":\"pruned\""u8) < 0)
        {
            return null;
        }

        try
        {
            return Of(EntryDecoder.Decode(0, leaf.ToArray()).Entry);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    internal static bool IsRecord(in EntryGlance glance) =>
        glance.Kind == EntryKind.Instance && glance.Session.IsEmpty && glance.Detail.SequenceEqual("pruned"u8);
}
