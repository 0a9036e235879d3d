using Bartizan.Core.Approvals;

namespace Bartizan.Core.Ports;

/// <summary>Where a person answers an ask.</summary>
public interface IApprovals
{
    /// <summary>
    /// Shows the ask and waits for the answer. Nobody there to answer, a time-out and an answer for another digest are
    /// all a refusal.
    /// </summary>
    ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken);
}
