using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Approvals;

/// <summary>What people are asked: exactly one action.</summary>
/// <param name="Session">Whose action it is.</param>
/// <param name="Action">The action.</param>
/// <param name="Proof">What the answer is bound to: this action and this one ask, so that no answer serves twice.</param>
/// <param name="Decision">The decision that asks, with its rules.</param>
/// <param name="Policy">The policy that decided.</param>
/// <param name="Within">How long the action waits.</param>
public sealed record ApprovalRequest(
    Session Session,
    AgentAction Action,
    AskProof Proof,
    Decision Decision,
    Digest Policy,
    TimeSpan Within
)
{
    // Enough that nobody meets two alike; the answer carries the whole digest.
    internal const int IdDigits = 12;

    /// <summary>What the answer carries, to be an answer to this.</summary>
    public Digest Digest { get; } = Proof.Digest;

    /// <summary>The name that people call it by: <c>a-</c> and the first digits of its digest.</summary>
    public string Id => $"a-{Digest.ToString()[..IdDigits]}";

    /// <summary>The entry that records an answer to it.</summary>
    public Entry Record(Approval answer, bool granted) =>
        ActionEntries.Approval(Session, Action, Decision, Policy, Proof, answer, granted);
}
