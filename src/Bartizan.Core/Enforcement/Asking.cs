using Bartizan.Core.Approvals;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>Step 5 of the monitor: has people asked, waits as long as the rules let it, and records what they said.</summary>
internal sealed class Asking(IApprovals approvals, IJournal journal, TimeProvider clock, MonitorOptions options)
{
    private long _asks;

    /// <summary>The ask, why it was not approved (null when it was), and what a person wrote instead.</summary>
    public async ValueTask<AskEnd> AskAsync(
        Session session,
        AgentAction action,
        Decision asked,
        Policy policy,
        CancellationToken cancellationToken
    )
    {
        // INVARIANT: an approval is for exactly the action that was shown, and for this one time: the digest covers the
        // number of the ask too, so that an answer kept from an earlier, equal action is an answer to something else.
        var proof = AskProof.Of(Interlocked.Increment(ref _asks), action);
        var digest = proof.Digest;
        if (action.Held is not null)
        {
            asked = Once(asked);
        }

        var terms = asked.Obligations.Approvals;
        var within = terms.IsEmpty ? options.ApproveWithin : terms.Min(one => one.Within);
        within = action.Patience is { } patience && patience < within ? patience : within;
        var request = new ApprovalRequest(session, action, proof, asked, policy.Digest, within);
        var answer = await WaitAsync(request, cancellationToken).ConfigureAwait(false);
        var granted =
            answer.Granted && answer.Draft is null && answer.Digest == digest && !string.IsNullOrEmpty(answer.Person);
        if (!answer.Recorded || answer.Digest != digest)
        {
            await journal
                .PostAsync(request.Record(answer, granted), CancellationToken.None)
                .AsTask()
                .WaitAsync(options.RecordWithin, clock, cancellationToken)
                .ConfigureAwait(false);
        }

        // INVARIANT: before it is decided again, and anew: a label that people took off while they thought is there when it leaves.
        if (granted && action.Held is { Labels: not Labels.None } held)
        {
            session.AddLabels(held.Labels, GuardChain.FoundIn(action));
        }

        // INVARIANT: a draft is never a yes, whatever came with it.
        return answer.Digest == digest && answer.Draft is { } draft && !string.IsNullOrEmpty(answer.Person)
            ? new AskEnd(digest, "it was written anew", draft)
            : new AskEnd(
                digest,
                granted ? null : $"it was asked for and not approved: {answer.Reason ?? "refused"}",
                null
            )
            {
                IsNo = !answer.Granted && answer.Digest == digest && !string.IsNullOrEmpty(answer.Person),
            };
    }

    // INVARIANT: what a guard objects to is let pass once: whatever the rules say of their own asks, no yes to it stands for the next.
    private static Decision Once(Decision asked) =>
        asked with
        {
            Obligations = asked.Obligations with
            {
                Approvals = [.. asked.Obligations.Approvals.Select(one => one with { Uses = ApprovalScope.Once })],
            },
        };

    private async ValueTask<Approval> WaitAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.Session.Revoked);
        try
        {
            return await approvals
                .AskAsync(request, stop.Token)
                .AsTask()
                .WaitAsync(request.Within, clock, stop.Token)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new Approval(false, request.Digest, null, $"nobody answered approval {request.Id} in time");
        }
        finally
        {
            // After a time-out nobody waits for the answer: the port takes the ask down.
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}
