using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Journals;

/// <summary>What the next start says of a crash: what was alive is lost, what was open ended nobody knows how.</summary>
internal static class Recovery
{
    /// <summary>Writes the entries.</summary>
    public static async Task WriteAsync(JournalRecovery recovery, IJournal journal, CancellationToken cancellationToken)
    {
        foreach (var intent in recovery.OpenIntents)
        {
            await journal
                .PostAsync(
                    new Entry
                    {
                        Kind = EntryKind.Outcome,
                        Session = intent.Session,
                        Agent = intent.Agent,
                        Passage = intent.Passage,
                        Verb = intent.Verb,
                        Target = intent.Target,
                        Outcome = OutcomeKind.Unknown,
                        Detail = "the instance ended before the action did",
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        foreach (var lost in recovery.LiveSessions)
        {
            await journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.State,
                        Session = lost.Id,
                        Agent = lost.Agent,
                        Person = lost.Person,
                        Detail = "ended: lost",
                        Reason = "the instance ended without it",
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }
}
