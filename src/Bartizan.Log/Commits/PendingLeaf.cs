using System.Buffers;
using System.Threading.Tasks.Sources;

namespace Bartizan.Log.Commits;

/// <summary>
/// A leaf on its way to the disk. Reused: what waits for it is the value task that it is the source of, and reading the
/// result gives it back to its queue.
/// </summary>
internal sealed class PendingLeaf(CommitQueue queue) : IValueTaskSource<LogPosition>
{
    private ManualResetValueTaskSourceCore<LogPosition> _done = new() { RunContinuationsAsynchronously = true };
    private byte[]? _bytes;
    private int _length;
    private ILeafSource? _source;

    /// <summary>How much it holds, for the queue's bound.</summary>
    public long Bytes { get; private set; }

    /// <summary>True when somebody waits until it is durable.</summary>
    public bool Awaited { get; private set; }

    /// <summary>Set while it waits for room in the queue and its caller only waits for that.</summary>
    public TaskCompletionSource? Admission { get; set; }

    /// <summary>The index it got.</summary>
    public long Index { get; set; }

    public ValueTask<LogPosition> Durable => new(this, _done.Version);

    public void Fill(ReadOnlySpan<byte> leaf, bool awaited)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(leaf.Length);
        _length = leaf.Length;
        leaf.CopyTo(_bytes);
        Bytes = leaf.Length;
        Awaited = awaited;
    }

    public void Fill(ILeafSource source, bool awaited)
    {
        _source = source;
        Bytes = source.EstimatedBytes;
        Awaited = awaited;
    }

    /// <summary>Writes the leaf where it belongs and returns its length.</summary>
    public int Write(long index, Span<byte> leaf)
    {
        Index = index;
        if (_source is not null)
        {
            var length = _source.Write(index, leaf);
            return length is > 0 and <= LogOptions.MaxLeafBytes
                ? length
                : throw new InvalidOperationException($"a leaf of {length} bytes: it must have 1 to 65,535");
        }

        _bytes.AsSpan(0, _length).CopyTo(leaf);
        return _length;
    }

    public void Succeed()
    {
        if (Awaited)
        {
            _done.SetResult(new LogPosition(Index));
        }
        else
        {
            Recycle();
        }
    }

    public void Fail(Exception reason)
    {
        Admission?.TrySetException(reason);
        if (Awaited)
        {
            _done.SetException(reason);
        }
        else
        {
            Recycle();
        }
    }

    LogPosition IValueTaskSource<LogPosition>.GetResult(short token)
    {
        try
        {
            return _done.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<LogPosition>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<LogPosition>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _done.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = null;
        _source = null;
        Admission = null;
        _done.Reset();
        queue.GiveBack(this);
    }
}
