using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Brings refusals into the log, one by one up to a rate and as a number above it. It never throws: a refusal that can't be
/// recorded is a refusal all the same; it is held back, and written when the log can.
/// </summary>
internal sealed class RefusalWriter(IJournal journal, TimeProvider clock, MonitorOptions options)
{
    private readonly RefusalMeter _meter = new(clock, options);

    /// <summary>
    /// Records a refusal. <paramref name="verdict"/> is what the rules said, where that wasn't deny; <paramref name="asked"/> is what a
    /// person was asked, default when nobody was.
    /// </summary>
    public async ValueTask WriteAsync(
        Session? session,
        AgentAction action,
        Decision decision,
        Digest policy,
        Effect? verdict,
        Digest asked
    )
    {
        var (write, heldBack) = _meter.Take(session);
        if (!write)
        {
            return;
        }

        if (heldBack > 0)
        {
            await WriteHeldBackAsync(session, heldBack).ConfigureAwait(false);
        }

        try
        {
            await PostAsync(ActionEntries.Refusal(session, action, decision, policy, verdict, asked))
                .ConfigureAwait(false);
        }
        catch (Exception)
        {
            _meter.PutBack(session, 1);
        }
    }

    public async ValueTask FlushAsync(Session? session)
    {
        var heldBack = _meter.Drain(session);
        if (heldBack > 0)
        {
            await WriteHeldBackAsync(session, heldBack).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteHeldBackAsync(Session? session, long heldBack)
    {
        try
        {
            await PostAsync(ActionEntries.HeldBack(session, heldBack)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            _meter.PutBack(session, heldBack);
        }
    }

    private Task PostAsync(Entry entry) =>
        journal.PostAsync(entry, CancellationToken.None).AsTask().WaitAsync(options.RecordWithin, clock);
}
