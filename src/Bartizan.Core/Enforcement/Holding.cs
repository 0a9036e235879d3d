using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Has people asked about an answer that guards ask about. INVARIANT: a yes is for these bytes, these findings, this session and this
/// action, under the policy that asked, once; the caller looks at all of them again afterwards.
/// </summary>
internal sealed class Holding(Asking asking, ISessions sessions)
{
    /// <summary>False when the fleet's switch is off.</summary>
    public bool IsFleetRunning => sessions.FleetRunning;

    /// <summary>Asks once.</summary>
    /// <param name="grant">What the answer is to.</param>
    /// <param name="terms">Under which terms the action was let go: whoever had to be asked for the call is asked for its answer.</param>
    /// <param name="report">What the guards said of it.</param>
    /// <param name="answer">The answer, as it would pass.</param>
    /// <param name="policy">The policy of now.</param>
    /// <param name="cancellationToken">When nobody waits for it any more.</param>
    /// <returns>What was asked, and why it was not approved; null when it was.</returns>
    public async ValueTask<(string Asked, string? Refusal)> AskAsync(
        Passage.Grant grant,
        Obligations terms,
        GuardReport report,
        ReadOnlyMemory<byte> answer,
        Policy policy,
        CancellationToken cancellationToken
    )
    {
        var (session, action, _, _, clock, _) = grant;
        if (!policy.CouldGrant(action.Target, clock.GetUtcNow()))
        {
            return ("not asked", "its rules don't allow the call any longer");
        }

        var held = HeldContent.OfAnswer(answer, report);

        // The number of the passage too: an equal call with an equal answer is another one.
        var asked = action with
        {
            Held = held,
            Redrafted = null,
            Payloads =
            [
                .. action.Payloads.IsDefault ? [] : action.Payloads,
                new Payload("passage", "text/plain", System.Text.Encoding.ASCII.GetBytes($"{grant.Number}")),
            ],
        };
        var decision = new Decision
        {
            Effect = Effect.Ask,
            Reason = $"a guard objects to the answer: {held.Named}",
            Told = "a guard objects to the content",
            Obligations = new Obligations { Approvals = terms.Approvals },
        };
        var ask = await asking.AskAsync(session, asked, decision, policy, cancellationToken).ConfigureAwait(false);
        return (ask.Name, ask.Refusal);
    }
}
