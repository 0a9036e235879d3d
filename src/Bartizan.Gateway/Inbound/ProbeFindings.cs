using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Inbound;

/// <summary>Writes down that a caller tries out what isn't let through.</summary>
internal sealed class ProbeFindings(IJournal journal, TimeProvider clock)
{
    /// <summary>What its entry's detail says: the name, the severity, the confidence.</summary>
    public const string Head = "caller-probing medium 0.8";

    private readonly CallerProbes _probes = new(clock);

    /// <summary>Counts a refusal, and writes down what it comes to; never throws.</summary>
    public async ValueTask CountAsync(Session session, AgentAction action, InboundCall call)
    {
        if (_probes.Refused(call.Turn.Name, call.Body.Span) is not { } says)
        {
            return;
        }

        try
        {
            await journal
                .PostAsync(
                    new Entry
                    {
                        Kind = EntryKind.Finding,
                        Session = session.Id,
                        Agent = session.Agent,
                        Person = session.Person,
                        Point = action.Point,
                        Verb = action.Target.Verb,
                        Target = action.Target.Text[..Math.Min(action.Target.Text.Length, 1024)],
                        Detail = Head,
                        Reason = says,
                        Policy = session.Policy.Digest,
                    },
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The refusal is recorded, or nothing goes on any more.
        }
    }
}
