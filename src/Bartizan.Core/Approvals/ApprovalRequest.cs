using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>What a person is asked: exactly one action.</summary>
/// <param name="Action">The action.</param>
/// <param name="Digest">
/// What the answer is bound to: the action's digest and the number of this ask, so that no answer serves twice.
/// </param>
/// <param name="Decision">The decision that asks, with its rules.</param>
public sealed record ApprovalRequest(AgentAction Action, Digest Digest, Decision Decision);
