using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class Passage
{
    /// <summary>How often one answer is asked about: anew each time that its findings or the policy changed while people thought.</summary>
    public const int MaxAsks = 3;

    private string? _held;

    /// <summary>
    /// The same as <c>InspectAsync</c> for a tool's answer, whole, that somebody waits for: where a guard asks about it, it is held
    /// until people have answered.
    /// <code>
    /// answer ─ guards ─ allow ────────────────────────────────────────────── agent
    ///            │  └── ask ─ labels ─ people ─ guards and gate once more ─ labels ─ agent
    ///            └───── deny, no, too late, killed, nobody waits ─────────── kept back
    /// </code>
    /// </summary>
    public ValueTask<Inspection> InspectAnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancellationToken) =>
        InspectWholeAsync(answer, mayAsk: true, cancellationToken);

    private async ValueTask<Inspection> HoldAsync(
        ToolTarget tool,
        Sight sight,
        ReadOnlyMemory<byte> answer,
        CancellationToken cancellationToken
    )
    {
        var report = sight.Report;

        // Whoever waits for it may go away and come back for it: only what people, time or guards refuse is refused for good.
        Objection = null;
        try
        {
            // Before anybody is asked, so that the entry of the answer says so; open, so that no person takes it off while it is held.
            Give(report.Labels | Labels.Untrusted, AskedAboutOf);
            var refusal = await AskAsync(sight, answer, cancellationToken).ConfigureAwait(false);
            if (refusal is not null)
            {
                return Refused(refusal);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested || Revoked.IsCancellationRequested)
        {
            Objection = null;
            _held = $"{_held ?? "asked"}, withdrawn: nobody waits for it any more";
            return default;
        }
        catch (Exception)
        {
            return Refused("asking failed");
        }

        // INVARIANT: before the agent can read a byte of it, and open until it is delivered: a label that people took off meanwhile is
        // there again, and what is decided between sees it.
        Objection = null;
        Give(report.Labels | Labels.Untrusted, AskedAboutOf);
        return await DeliverAsync(tool, report, answer, cancellationToken).ConfigureAwait(false);
    }

    private static string AskedAboutOf(AgentAction action) =>
        $"what people are asked about of {ActionDecisions.Named(action)}";

    // Null when people said yes to exactly this, and nothing changed while they thought.
    private async ValueTask<string?> AskAsync(
        Sight sight,
        ReadOnlyMemory<byte> answer,
        CancellationToken cancellationToken
    )
    {
        var grant = _grant!;
        var (report, read) = sight;
        var bytes = Digest.Of(answer.Span);
        for (var asks = 0; asks < MaxAsks; asks++)
        {
            var policy = grant.Session.Policy;
            var passing = report.Replacement.IsEmpty ? answer : report.Replacement;
            var (asked, refusal) = await grant
                .Holding!.AskAsync(grant, Obligations, report, passing, policy, cancellationToken)
                .ConfigureAwait(false);
            if (refusal is not null)
            {
                _held = asked;
                return refusal;
            }

            _held = $"{asked}, approved";
            if (
                !grant.Holding.IsFleetRunning
                || !await grant.Session.WhenRunningAsync(cancellationToken).ConfigureAwait(false)
            )
            {
                return "the session is not running";
            }

            if (!IsOpenFor(0, Heading.Back))
            {
                return "the call is over";
            }

            // What somebody outside said of these bytes stands as long as the policy does: asked again, he could say otherwise each time.
            var isSame = ReferenceEquals(policy, grant.Session.Policy);
            (var now, read) = isSame
                ? new Sight(read is null ? ReportOf(grant, answer) : Noted(ReportOf(grant, answer).With(read)), read)
                : await LookAsync(grant, answer, cancellationToken).ConfigureAwait(false);
            Give(now.Labels, GuardChain.FoundIn);
            if (now.Strictest != Effect.Ask || Digest.Of(answer.Span) != bytes)
            {
                return "what guards say of it changed";
            }

            if (isSame && now.ObjectsAlike(report))
            {
                return null;
            }

            report = now;
        }

        return "it changed each time that people were asked";
    }

    private Inspection Refused(string why)
    {
        _held = $"{(_held is null ? "" : $"{_held}, ")}kept back: {why}";
        Objection = Objecting;
        return default;
    }
}
