using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Runs;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// Starts the agent of one session in a sandbox, in the steps of a run: what it may reach, see and use is what its manifest gives any run,
/// and who its session acts for is the caller.
/// </summary>
internal sealed class AgentStart(Rooms rooms, ServedAgent agent, LiveSession live, string token)
{
    private StagedWorkspace? _stage;

    /// <summary>Starts one; nothing of it is left when it can't be.</summary>
    public async Task<AgentLife> StartAsync(CancellationToken cancellationToken)
    {
        var session = live.Session;
        var run = session.Manifest.Run!;
        await new ImageCheck(rooms).RequireAsync(session, run, agent.Path, cancellationToken).ConfigureAwait(false);
        var stage = _stage ??= await StageAsync(cancellationToken).ConfigureAwait(false);
        live.Ground = live.Ground with { Stage = stage.Tree };
        var plan = Preparation
            .Make(
                session.Id,
                session.Manifest,
                run with
                {
                    Variables = run.Variables.SetItems(rooms.Placeholders.VariablesOf(session)),
                },
                agent.Request,
                agent.Workspace,
                stage.Tree,
                token,
                rooms.Never,
                session.Policy.InterceptsSome ? AgentRun.AuthorityOf(rooms, session) : null
            )
            .Plan with
        {
            Addresses = session.Policy.GrantedAddresses(),
            Served = [agent.Terms.Port!.Value],
        };
        var backend = run.Isolation == IsolationKind.Oci ? rooms.Containers : rooms.Backend;
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        AgentWays? ways = null;
        try
        {
            live.Sandbox = sandbox;
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
            await AgentRun
                .RecordReceiptAsync(rooms, session, sandbox, plan.Command[0], cancellationToken)
                .ConfigureAwait(false);
            ways = AgentWays.Open(rooms, session, listeners);

            // INVARIANT: it is in the hands of its session before a byte of it runs; of one that is over nothing starts.
            await live.AddAsync(ways).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            live.Follow(sandbox, rooms);
            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
            return new AgentLife(rooms, live, sandbox, ways, agent.Terms);
        }
        catch
        {
            await GiveBackAsync(sandbox, ways).ConfigureAwait(false);
            throw;
        }
    }

    private async Task GiveBackAsync(ISandbox sandbox, AgentWays? ways)
    {
        if (ways is not null)
        {
            live.Remove(ways);
            await ways.DisposeAsync().ConfigureAwait(false);
        }

        // Whoever ends the session may be killing it: they know it until it is over.
        if (live.Session.State is SessionState.Running or SessionState.Paused)
        {
            live.Sandbox = null;
        }

        await sandbox.DisposeAsync().ConfigureAwait(false);
    }

    // Once for a session: no sandbox of it can change it.
    private async Task<StagedWorkspace> StageAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await new Staging(rooms)
                .StageAsync(
                    live.Session,
                    agent.Workspace,
                    ServedCopies.Begin(rooms.State, live.Session.Id),
                    agent.Path,
                    static _ => Task.CompletedTask,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch
        {
            // A stage is made once: of half of one the next start would make nothing.
            ServedCopies.End(rooms.State, live.Session.Id);
            throw;
        }
    }
}
