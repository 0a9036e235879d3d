namespace Bartizan.Log.Commits;

/// <summary>
/// The line in front of the disk: many callers, one writer. Bounded in entries and bytes; who comes when it is full waits
/// outside, in order, until there is room. The writer is called when there is something to write and it isn't at work.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    private const int MaxSpare = 4096; // leaves kept for reuse: as many as one commit takes

    private readonly LogOptions _options;
    private readonly Action _call;
    private readonly Timer _linger;
    private readonly Lock _lock = new();
    private readonly Queue<PendingLeaf> _outside = new();
    private readonly Stack<PendingLeaf> _spare = new();
    private List<PendingLeaf?> _line = [];
    private long _bytes;
    private int _awaited;
    private bool _lingering;
    private bool _lingered;
    private bool _called;
    private bool _closed;

    /// <param name="options">The bounds, and how long entries linger that nobody waits for.</param>
    /// <param name="call">Gets the writer to call <see cref="TakeLine"/> once, on another stack than the caller's.</param>
    public CommitQueue(LogOptions options, Action call)
    {
        _options = options;
        _call = call;
        _linger = new Timer(_ => Lingered());
    }

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
        var calls = false;
        Task? admission = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(TransparencyLog));
            if (_outside.Count == 0 && HasRoom(leaf))
            {
                Admit(leaf);
                calls = Calls();
            }
            else
            {
                if (!leaf.Awaited)
                {
                    leaf.Admission = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    admission = leaf.Admission.Task;
                }

                _outside.Enqueue(leaf);
            }
        }

        if (calls)
        {
            _call();
        }

        return admission;
    }

    /// <summary>Swaps the line for an empty list. By the writer, when it was called.</summary>
    public void TakeLine(ref List<PendingLeaf?> taken)
    {
        taken.Clear();
        lock (_lock)
        {
            (taken, _line) = (_line, taken);
            _bytes = 0;
            _awaited = 0;
            _lingered = false;
            LetIn();
        }
    }

    /// <summary>Says that the line was written. True when the writer has to go on; else it is called again.</summary>
    public bool GoesOn(out bool ended)
    {
        lock (_lock)
        {
            _called = false;
            var calls = Calls();
            ended = _closed && !calls;
            return calls;
        }
    }

    /// <summary>Takes no more leaves. The writer is called a last time.</summary>
    public void Close()
    {
        bool calls;
        lock (_lock)
        {
            calls = !_called;
            _closed = true;
            _called = true;
        }

        if (calls)
        {
            _call();
        }
    }

    public void Dispose() => _linger.Dispose();

    private bool HasRoom(PendingLeaf leaf) =>
        _line.Count == 0 || (_line.Count < _options.MaxQueuedEntries && _bytes + leaf.Bytes <= _options.MaxQueuedBytes);

    private void Admit(PendingLeaf leaf)
    {
        _line.Add(leaf);
        _bytes += leaf.Bytes;
        _awaited += leaf.Awaited ? 1 : 0;
    }

    // True when the writer is to be called now: for a leaf that somebody waits for, for leaves that have lingered, for a full commit.
    private bool Calls()
    {
        if (_called || _line.Count == 0)
        {
            return false;
        }

        _called = _awaited > 0 || _lingered || _closed || _line.Count >= _options.MaxCommitEntries;
        if (!_called && !_lingering)
        {
            _lingering = true;
            _linger.Change(_options.PostLinger, Timeout.InfiniteTimeSpan);
        }

        return _called;
    }

    private void Lingered()
    {
        bool calls;
        lock (_lock)
        {
            _lingering = false;
            _lingered = _line.Count > 0;
            calls = Calls();
        }

        if (calls)
        {
            _call();
        }
    }

    private void LetIn()
    {
        while (_outside.TryPeek(out var leaf) && HasRoom(leaf))
        {
            _ = _outside.Dequeue();
            Admit(leaf);
            leaf.Admission?.TrySetResult();
            leaf.Admission = null;
        }
    }
}
