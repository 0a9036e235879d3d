using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// Starts what runs beside an agent, for it: its tool servers and its code. Each is a session of its own: its own sandbox, the hosts
/// that are given to it under all that holds for the agent, its own entries, no token, no model, no tool. It ends with the session that
/// it serves.
/// </summary>
internal static class SiblingSandboxes
{
    /// <summary>Starts one.</summary>
    /// <exception cref="IOException">When it can't be started; nothing of it runs.</exception>
    public static async Task<SiblingSandbox> StartAsync(
        Rooms rooms,
        LiveSession parent,
        SiblingOrder order,
        Func<Session, SandboxPlan> planOf,
        CancellationToken cancellationToken
    )
    {
        var session = parent.Session;
        var manifest = SiblingManifest.Of(session.Manifest, order.Name, order.Egress);
        var (own, control) = Session.OpenBeside(session, SessionId.New(), manifest, Policy.Compile(manifest));
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), order.Kind, new SessionTally())
        {
            Authors = parent.Authors,
            Serves = session.Id,
        };
        if (!rooms.Sessions.Add(live))
        {
            throw new IOException("the instance is going down");
        }

        var sibling = new SiblingSandbox(rooms, live, parent);
        try
        {
            rooms.Policies.Keep(Policy.NormalFormOf(manifest), SiblingManifest.TextOf(session.Manifest, order.Egress));
            await rooms
                .Owner.RecordAsync(
                    own,
                    "preparing",
                    session.Person,
                    $"{order.Says} of session {session.Id}",
                    cancellationToken
                )
                .ConfigureAwait(false);
            var plan = planOf(own);
            var sandbox = await order.Backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
            live.Sandbox = sandbox;
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            var listeners = plan.Network ? await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false) : null;
            await RecordReceiptAsync(rooms, own, sandbox, order.Program, cancellationToken).ConfigureAwait(false);
            if (listeners is not null)
            {
                // It has no model, calls no tool and has no database: nothing listens there.
                listeners.ModelGateway.Dispose();
                listeners.ToolGateway.Dispose();
                listeners.Databases.Dispose();
                await live.AddAsync(rooms.Egress.Bind(own, SandboxEgress.Of(listeners))).ConfigureAwait(false);
            }

            // INVARIANT: it is in the hands of the session that it serves before a byte of it runs.
            await parent.AddAsync(sibling).ConfigureAwait(false);
            await rooms
                .Owner.RecordAsync(own, "running", session.Person, order.Program, cancellationToken)
                .ConfigureAwait(false);
            if (!control.Start())
            {
                throw new IOException("the session has ended");
            }

            live.Follow(sandbox, rooms);
            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
            await rooms.Owner.FollowAsync(live, parent, cancellationToken).ConfigureAwait(false);
            return sibling;
        }
        catch (Exception e)
        {
            live.KilledBecause ??= e is SandboxUnavailableException or ProgramNotFoundException or IOException
                ? $"it could not be started: {e.Message}"
                : "it could not be started";
            await sibling.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task RecordReceiptAsync(
        Rooms rooms,
        Session own,
        ISandbox sandbox,
        string program,
        CancellationToken cancellationToken
    ) =>
        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Receipt,
                    Session = own.Id,
                    Agent = own.Agent,
                    Point = "sandbox",
                    Target = program,
                    Detail = string.Join("; ", sandbox.Receipt.Layers.Select(l => $"{l.Name}: {l.Tier}")),
                    Policy = own.Policy.Digest,
                    Payloads = [new Payload("receipt", "application/json", sandbox.Receipt.ToJson())],
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
