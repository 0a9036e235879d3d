using System.Buffers;
using System.Text;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Sinks;

namespace Bartizan.Records.Tests.Export.Peers;

/// <summary>A sink whose answers a test decides; it keeps the index of everything that it took.</summary>
internal sealed class ScriptedSink(Func<IReadOnlyList<SinkItem>, SinkAnswer> answer) : ISink
{
    public List<long> Taken { get; } = [];

    public List<int> Batches { get; } = [];

    public int Closed { get; private set; }

    public bool Holding { get; set; } = true;

    public SinkBounds Bounds { get; init; } = new(100, 1 << 20);

    public bool ConfirmsLate { get; init; }

    /// <summary>The index of an entry that its format throws at.</summary>
    public long? CantWrite { get; init; }

    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        if (entry.Row.Index == CantWrite)
        {
            throw new ArgumentException("infinite is no number of JSON", nameof(entry));
        }

        Encoding.UTF8.GetBytes(entry.Entry.Target ?? entry.Entry.Detail ?? "", output);
    }

    public Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var given = answer(batch);
        lock (Taken)
        {
            Batches.Add(batch.Count);
            if (given.Kind is SinkAnswerKind.Taken or SinkAnswerKind.Mixed)
            {
                Taken.AddRange(
                    batch
                        .Select(item => item.Index)
                        .Where(i => !given.LaterEntries.Contains(i) && !given.RefusedEntries.ContainsKey(i))
                );
            }
        }

        return Task.FromResult(given);
    }

    public bool IsHolding() => Holding;

    public ValueTask DisposeAsync()
    {
        Closed++;
        return ValueTask.CompletedTask;
    }
}
