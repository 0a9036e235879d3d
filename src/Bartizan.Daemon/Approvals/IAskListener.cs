namespace Bartizan.Daemon.Approvals;

/// <summary>Who is told of asks: terminals, messages. INVARIANT: telling never delays an ask; it hands over and returns.</summary>
internal interface IAskListener
{
    /// <summary>An ask waits; it is over when <see cref="WaitingAsk.Over"/> completes.</summary>
    void Raise(WaitingAsk ask);
}
