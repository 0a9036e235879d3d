using Bartizan.Core.Budgets;
using Bartizan.Daemon.Sessions;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Reading;

/// <summary>What people read of an instance: its log, and what is new.</summary>
/// <param name="Records">The log, a page at a time.</param>
/// <param name="Changes">What is new.</param>
internal sealed record ReadingRoom(RecordDesk Records, ChangeFeed Changes) : IDisposable
{
    /// <summary>Wires it.</summary>
    public static ReadingRoom Over(
        StateDirectory state,
        WitnessPolicy? witnesses,
        LiveSessions sessions,
        BudgetLedger ledger,
        Journal log,
        TimeProvider clock
    )
    {
        var proofs = new EntryProofs(JournalOptions.In(state.Home).LogDirectory, witnesses);
        var records = new RecordDesk(state.Home, proofs, clock);
        return new ReadingRoom(
            records,
            new ChangeFeed(
                sessions,
                () => SessionLines.Of(sessions, ledger),
                () => log.Log.Size,
                records.NewFindingsAsync,
                clock
            )
        );
    }

    /// <inheritdoc/>
    public void Dispose() => Records.Dispose();
}
