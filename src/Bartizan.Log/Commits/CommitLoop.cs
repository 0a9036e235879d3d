using Bartizan.Log.Checkpoints;
using Bartizan.Log.Segments;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Commits;

/// <summary>
/// The one writer that numbers, writes and hashes: a commit at a time, each on a thread of the pool. A thread of its own would cost
/// each commit two changes of thread, from who appends and to who goes on.
/// </summary>
internal sealed class CommitLoop : IThreadPoolWorkItem, IDisposable
{
    private const int LeafSpace = Frame.HeadBytes + LogOptions.MaxLeafBytes;

    private readonly CommitQueue _queue;
    private readonly LogOptions _options;
    private readonly string _directory;
    private readonly string _origin;
    private readonly CompactRange _tree;
    private readonly Lock _treeLock = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingLeaf> _commit = [];
    private List<PendingLeaf?> _line = [];
    private readonly byte[] _hash = new byte[TreeHash.SizeBytes];
    private byte[] _buffer = new byte[4 * LeafSpace];
    private uint[] _offsets = new uint[64];
    private byte[] _hashes = new byte[64 * TreeHash.SizeBytes];
    private SegmentWriter _segment;
    private LogUnwritableException? _failure;
    private long _size;
    private long _syncs;
    private bool _close;

    public CommitLoop(LogOpening opening, LogOptions options)
    {
        // Of the thread that appends, because that soon waits for it: mostly it finds the commit itself.
        _queue = new CommitQueue(options, () => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true));
        _options = options;
        _directory = opening.Directory;
        _origin = opening.Signer.Verifier.Name;
        _tree = opening.Tree;
        _segment = opening.Segment;
        _size = opening.Tree.Size;
    }

    public long Size => Volatile.Read(ref _size);

    public long Syncs => Volatile.Read(ref _syncs);

    public LogUnwritableException? Failure => Volatile.Read(ref _failure);

    public Task Stopped => _stopped.Task;

    /// <summary>The line in front of it.</summary>
    public CommitQueue Queue => _queue;

    /// <summary>The next commit starts a segment.</summary>
    public void CloseSegment() => Volatile.Write(ref _close, true);

    /// <summary>A checkpoint, unsigned, of what is durable and hashed.</summary>
    public Checkpoint Commitment(string origin)
    {
        lock (_treeLock)
        {
            return Checkpoint.Of(origin, _tree);
        }
    }

    public void Dispose()
    {
        _queue.Dispose();
        _segment.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        _queue.TakeLine(ref _line);
        for (var next = 0; next < _line.Count; )
        {
            try
            {
                next = CommitSome(_line, next);
            }
            catch (Exception e)
            {
                // Whatever it was: nobody knows any more what the disk holds.
                Fail(e);
                next = RefuseAll(_line);
            }
        }

        if (_queue.GoesOn(out var ended))
        {
            // Behind those whom this commit let go on, and what they bring along comes with the next.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (ended)
        {
            _stopped.TrySetResult();
        }
    }

    private int CommitSome(List<PendingLeaf?> line, int next)
    {
        if (_failure is not null)
        {
            return RefuseAll(line);
        }

        var close = Interlocked.Exchange(ref _close, false) && _segment.End > SegmentHeader.Bytes;
        if (close || _segment.End >= _options.SegmentBytes)
        {
            StartSegment();
        }

        // 1 number and write leaves into one buffer
        _commit.Clear();
        var used = 0;
        var after = next;
        while (after < line.Count && _commit.Count < _options.MaxCommitEntries && used < _options.MaxCommitBytes)
        {
            used += Place(line[after], used);
            line[after++] = null;
        }

        if (_commit.Count == 0)
        {
            return after;
        }

        // 2 sync the companion, 3 one write, one fdatasync
        var frames = _buffer.AsSpan(0, used);
        var start = _segment.End;
        if (_options.Companion is { } companion)
        {
            _syncs += companion.Flush(_options.Disk);
        }

        _segment.Commit(_options.Disk, frames);
        _syncs++;

        // 4 tell who waits. INVARIANT: nothing is acknowledged before its sync returned.
        var first = _size;
        Volatile.Write(ref _size, first + _commit.Count);
        foreach (var leaf in _commit)
        {
            leaf.Succeed();
        }

        var count = _commit.Count;
        _commit.Clear();

        // 5 hash into the tree
        HashAll(frames, first, start, count);
        _segment.Reserve();
        return after;
    }

    private int Place(PendingLeaf? leaf, int at)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        if (_buffer.Length < at + LeafSpace)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, at + LeafSpace));
        }

        int length;
        try
        {
            length = leaf.Write(_size + _commit.Count, _buffer.AsSpan(at + Frame.HeadBytes, LogOptions.MaxLeafBytes));
        }
        catch (Exception e)
        {
            leaf.Fail(e);
            return 0;
        }

        if (_offsets.Length == _commit.Count)
        {
            Array.Resize(ref _offsets, _offsets.Length * 2);
            Array.Resize(ref _hashes, _hashes.Length * 2);
        }

        Frame.Seal(_buffer.AsSpan(at, Frame.HeadBytes + length), _segment.Segment.Header.Salt, _commit.Count == 0);
        _offsets[_commit.Count] = (uint)at;
        _commit.Add(leaf);
        return Frame.HeadBytes + length;
    }

    private void HashAll(Span<byte> frames, long first, long start, int count)
    {
        lock (_treeLock)
        {
            for (var i = 0; i < count; i++)
            {
                var end = i + 1 < count ? (int)_offsets[i + 1] : frames.Length;
                var frame = frames[(int)_offsets[i]..end];
                TreeHash.LeafInPlace(frame[(Frame.HeadBytes - 1)..], _hash);
                _hash.CopyTo(_hashes, i * TreeHash.SizeBytes);
                _tree.Append(_hash);
            }
        }

        for (var i = 0; i < count; i++)
        {
            _offsets[i] += (uint)start;
        }

        _segment.WriteIndex(first, _offsets.AsSpan(0, count), _hashes);
    }

    private void StartSegment()
    {
        _segment.Finish();
        var next = SegmentWriter.Create(_directory, _segment.Segment.Number + 1, _origin, _tree);
        _segment.Dispose();
        _segment = next;
    }

    private void Fail(Exception reason)
    {
        if (_failure is null)
        {
            Volatile.Write(
                ref _failure,
                new LogUnwritableException($"the log in `{_directory}` could not be written: {reason.Message}", reason)
            );
            _segment.CutBack();
        }
    }

    // The failed commit, and all that stand behind it. Who is in the commit has left the line.
    private int RefuseAll(List<PendingLeaf?> line)
    {
        var failure = _failure!;
        foreach (var leaf in _commit.Concat(line).OfType<PendingLeaf>())
        {
            leaf.Fail(new LogUnwritableException(failure.Message, failure));
        }

        _commit.Clear();
        return line.Count;
    }
}
