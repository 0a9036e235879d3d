using System.Runtime.CompilerServices;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Writes down that an agent tried to have a placeholder somewhere else than where its credential goes: what an exfiltration of a
/// credential looks like, where there is none to take.
/// </summary>
public sealed class PlaceholderFindings(IJournal journal)
{
    /// <summary>How the finding is called.</summary>
    public const string Code = "placeholder-misplaced";

    /// <summary>What its entry's detail says: the name, the severity, the confidence.</summary>
    public const string Head = Code + " high 1";

    /// <summary>Findings of one session that are written down one by one; each refusal is an entry of its own anyway.</summary>
    public const int MaxOfSession = 64;

    private readonly ConditionalWeakTable<Session, StrongBox<int>> _written = [];

    /// <summary>Writes it down; never throws: the action is refused whether it can be or not.</summary>
    public async ValueTask RecordAsync(Session session, AgentAction action, string says)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        if (Interlocked.Increment(ref _written.GetOrCreateValue(session).Value) > MaxOfSession)
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
                        Target = action.Target.Text[
                            ..Math.Min(action.Target.Text.Length, ActionEntries.MaxRefusedTargetLength)
                        ],
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
