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

    /// <summary>More is waited for: silence is counted anew.</summary>
    public void Heard()
    {
        if (_timed)
        {
            var left = _wiring.Options.CallWithin - _wiring.Clock.GetElapsedTime(_begun);
            var next = left < _wiring.Options.SilentFor ? left : _wiring.Options.SilentFor;
            _silence.CancelAfter(next > TimeSpan.Zero ? next : TimeSpan.Zero);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
