namespace Bartizan.Log.Commits;

/// <summary>
/// The line in front of the disk: many callers, one writer. Bounded in entries and bytes; who comes when it is full waits
/// outside, in order, until there is room.
/// </summary>
internal sealed class CommitQueue(LogOptions options)
{
    private const int MaxSpare = 4096; // leaves kept for reuse: as many as one commit takes

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _work = new(initialState: false, spinCount: 0);
    private readonly Queue<PendingLeaf> _outside = new();
    private readonly Stack<PendingLeaf> _spare = new();
    private List<PendingLeaf?> _line = [];
    private long _bytes;
    private int _awaited;
    private bool _closed;

    public PendingLeaf Take()
    {
        lock (_lock)
        {
            return _spare.TryPop(out var leaf) ? leaf : new PendingLeaf(this);
        }
    }

    public void GiveBack(PendingLeaf leaf)
    {
        lock (_lock)
        {
            if (_spare.Count < MaxSpare)
            {
                _spare.Push(leaf);
            }
        }
    }

    /// <summary>Puts a leaf in line. The task completes when it has a place; null says that it has one already.</summary>
    public Task? Enqueue(PendingLeaf leaf)
    {
        bool wake;
        Task? admission = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(TransparencyLog));
            if (_outside.Count == 0 && HasRoom(leaf))
            {
                wake = Admit(leaf);
            }
            else
            {
                if (!leaf.Awaited)
                {
                    leaf.Admission = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    admission = leaf.Admission.Task;
                }

                _outside.Enqueue(leaf);
                wake = false;
            }
        }

        if (wake)
        {
            _work.Set();
        }

        return admission;
    }

    /// <summary>
    /// Waits for work and swaps the line for an empty list. False once the queue is closed and empty.
    /// </summary>
    public bool TakeLine(ref List<PendingLeaf?> taken)
    {
        taken.Clear();
        var lingered = false;
        while (true)
        {
            bool onlyPosts;
            lock (_lock)
            {
                onlyPosts = _line.Count > 0 && _awaited == 0 && !_closed && _line.Count < options.MaxCommitEntries;
                if (_line.Count > 0 && (!onlyPosts || lingered))
                {
                    (taken, _line) = (_line, taken);
                    _bytes = 0;
                    _awaited = 0;
                    LetIn();
                    return true;
                }

                if (_closed && _line.Count == 0)
                {
                    return false;
                }

                _work.Reset();
            }

            lingered = onlyPosts ? !_work.Wait(options.PostLinger) : !_work.Wait(Timeout.Infinite);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _work.Set();
    }

    private bool HasRoom(PendingLeaf leaf) =>
        _line.Count == 0 || (_line.Count < options.MaxQueuedEntries && _bytes + leaf.Bytes <= options.MaxQueuedBytes);

    // True when the writer should wake: for the first leaf, for one that somebody waits for, and when a commit is full.
    private bool Admit(PendingLeaf leaf)
    {
        _line.Add(leaf);
        _bytes += leaf.Bytes;
        _awaited += leaf.Awaited ? 1 : 0;
        return _line.Count == 1 || (leaf.Awaited && _awaited == 1) || _line.Count == options.MaxCommitEntries;
    }

    private void LetIn()
    {
        while (_outside.TryPeek(out var leaf) && HasRoom(leaf))
        {
            _ = _outside.Dequeue();
            _ = Admit(leaf);
            leaf.Admission?.TrySetResult();
            leaf.Admission = null;
        }
    }
}
