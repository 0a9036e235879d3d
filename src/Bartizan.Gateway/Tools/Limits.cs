namespace Bartizan.Gateway.Tools;

/// <summary>When one exchange ends, if nothing ends it before: the client gone, the session over, silence, or its whole time.</summary>
internal sealed class Limits : IDisposable
{
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly ToolWiring _wiring;
    private long _begun;
    private bool _timed;

    public Limits(ToolWiring wiring, CancellationToken aborted, CancellationToken revoked)
    {
        _wiring = wiring;
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, wiring.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(aborted, revoked, _silence.Token);
    }

    /// <summary>Fires at the end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>True when it was time that ended it.</summary>
    public bool IsReached => _silence.IsCancellationRequested;

    /// <summary>From here on time counts.</summary>
    public void Begin()
    {
        _timed = true;
        _begun = _wiring.Clock.GetTimestamp();
        _silence.CancelAfter(_wiring.Options.SilentFor);
    }

    /// <summary>Something came, and is looked at: only the server's silence is timed, however long a session is paused.</summary>
    public void Hold()
    {
        if (_timed)
        {
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// The client is to take what was written: its reading is timed by itself. A write that a token ends takes the connection with it, so a
    /// call whose time is over while its client reads would end without a word.
    /// </summary>
    public void Deliver()
    {
        if (_timed)
        {
            _silence.CancelAfter(_wiring.Options.SilentFor);
        }
    }

    /// <summary>
    /// More is waited for: silence is counted anew. INVARIANT: the whole time is never extended, and its end is here and not in a timer:
    /// a server that says one thing after the other would have each timer stopped before it fires.
    /// </summary>
    public void Heard()
    {
        if (!_timed)
        {
            return;
        }

        var left = _wiring.Options.CallWithin - _wiring.Clock.GetElapsedTime(_begun);
        if (left <= TimeSpan.Zero)
        {
            _silence.Cancel();
            return;
        }

        _silence.CancelAfter(left < _wiring.Options.SilentFor ? left : _wiring.Options.SilentFor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
