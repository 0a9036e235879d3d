using Bartizan.Core.Circuits;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Circuits;

/// <summary>
/// Writes every move of a circuit into the log, and pauses an agent's sessions when its own circuit opens, of one that is served that
/// session. Never on the thread of
/// the action that caused it; a person resumes what was paused.
/// </summary>
internal sealed class CircuitWatch(IJournal journal, LiveSessions sessions, ISessionSwitch owner)
{
    private const string By = "bartizan";

    /// <summary>The circuits of an instance, watched.</summary>
    public static CircuitBoard Over(IJournal journal, LiveSessions sessions, ISessionSwitch owner, TimeProvider clock)
    {
        var watch = new CircuitWatch(journal, sessions, owner);
        return new CircuitBoard(clock) { Moved = moved => _ = Task.Run(() => ActAsync(watch, moved)) };
    }

    // What the log can't take denies by itself; nobody waits for this.
    private static async Task ActAsync(CircuitWatch watch, CircuitStanding moved)
    {
        try
        {
            await watch.RecordAsync(moved).ConfigureAwait(false);
        }
        finally
        {
            await watch.PauseAsync(moved).ConfigureAwait(false);
        }
    }

    private ValueTask RecordAsync(CircuitStanding moved) =>
        journal.PostAsync(
            new Entry
            {
                Kind = EntryKind.Instance,
                Agent = moved.Agent,
                Session = moved.Session,
                Detail = $"circuit {moved.Word}: {moved.Name}",
                Reason = moved.Reason,
            },
            CancellationToken.None
        );

    private async Task PauseAsync(CircuitStanding moved)
    {
        if (moved is not { IsOwn: true, State: CircuitState.Open })
        {
            return;
        }

        var its = sessions.All.Where(live =>
            moved.Session == default
                ? live.Session.Manifest.Agent == moved.Agent
                : live.Session.Payer.Id == moved.Session
        );
        await Task.WhenAll(
                its.Select(live =>
                    owner.PauseAsync(
                        live.Session.Id,
                        By,
                        $"{(moved.Session == default ? "its agent's" : "its")} circuit opened: {moved.Reason}",
                        CancellationToken.None
                    )
                )
            )
            .ConfigureAwait(false);
    }
}
