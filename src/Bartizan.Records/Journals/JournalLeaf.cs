using Bartizan.Core.Entries;
using Bartizan.Log;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Journals;

/// <summary>An entry on its way into the log: encoded when its index is known.</summary>
internal sealed class JournalLeaf(Journal journal, Entry entry, SealedPayload[] payloads) : ILeafSource
{
    // An entry without payloads, as most are.
    private const int UsualBytes = 1024;

    public int EstimatedBytes { get; } = UsualBytes + SizeOf(payloads);

    public int Write(long index, Span<byte> leaf) => journal.Write(index, entry, payloads, leaf);

    private static int SizeOf(SealedPayload[] payloads)
    {
        var size = 0;
        foreach (var payload in payloads)
        {
            size += payload.Record.Length;
        }

        return size;
    }
}
