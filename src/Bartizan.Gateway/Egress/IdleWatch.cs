namespace Bartizan.Gateway.Egress;

/// <summary>Calls back once nothing was touched for a while; it costs a flag per chunk.</summary>
internal sealed class IdleWatch : IDisposable
{
    /// <summary>Looks per idle time; the watch is late by one of them at most.</summary>
    private const int Looks = 4;

    private readonly ITimer _timer;
    private readonly Action _idle;
    private int _quiet;

    public IdleWatch(TimeProvider clock, TimeSpan within, Action idle)
    {
        _idle = idle;
        _timer = clock.CreateTimer(static watch => ((IdleWatch)watch!).Look(), this, within / Looks, within / Looks);
    }

    public void Touch() => Volatile.Write(ref _quiet, 0);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Interlocked.Increment(ref _quiet) > Looks)
        {
            _idle();
        }
    }
}
