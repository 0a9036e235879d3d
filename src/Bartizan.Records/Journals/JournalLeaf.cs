using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Log;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Journals;

/// <summary>An entry on its way into the log: encoded when its index is known.</summary>
internal sealed class JournalLeaf(Journal journal, Entry entry, ImmutableArray<SealedPayload> payloads) : ILeafSource
{
    // An entry without payloads, as most are.
    private const int UsualBytes = 1024;

    public int EstimatedBytes { get; } = UsualBytes + payloads.Sum(payload => payload.Record.Length);

    public int Write(long index, Span<byte> leaf) => journal.Write(index, entry, payloads, leaf);
}
