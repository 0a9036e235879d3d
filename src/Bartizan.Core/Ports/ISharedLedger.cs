using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>What is spent, exact whoever spends at the same time. Out of reach: deny.</summary>
public interface ISharedLedger
{
    /// <summary>Takes the worst case of an action from every budget that it falls under, or nothing from any.</summary>
    ValueTask<LedgerAnswer> ReserveAsync(Session session, AgentAction action, CancellationToken cancellationToken);

    /// <summary>Takes bytes before they pass on; false when a budget or a host has none left, or its time is up.</summary>
    bool TryTake(Reservation reservation, long bytes, Heading heading = Heading.Back);

    /// <summary>
    /// Gives back what wasn't used and returns what was. The first call counts. What nobody can tell is used: an answer without
    /// usage, one that was cut, an action that was abandoned.
    /// </summary>
    Spend Settle(Reservation reservation, Outcome outcome);
}
