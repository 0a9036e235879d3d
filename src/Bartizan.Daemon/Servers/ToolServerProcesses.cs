using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Clients;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// Starts the tool servers that a command names, each as a session of its own: its own sandbox, its own rules, its own entries,
/// no token, no model, no tool. It ends with the session that it serves.
/// </summary>
internal sealed class ToolServerProcesses(Func<Rooms> roomsOf) : IIsolatedProcesses
{
    /// <inheritdoc/>
    public async Task<IIsolatedProcess> StartAsync(
        Session session,
        ToolServer server,
        IReadOnlyDictionary<string, string> credentials,
        CancellationToken cancellationToken
    )
    {
        var rooms = roomsOf();
        var parent = rooms.Sessions.Get(session.Id) ?? throw new IOException("the session has ended");
        var (manifest, text) = ServerManifest.Of(session.Manifest, server);
        var policy = Policy.Compile(manifest);
        var (own, control) = Session.Open(SessionId.New(), manifest, policy, session.Person, observe: false);
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), "server", new SessionTally())
        {
            Authors = parent.Authors,
            Serves = session.Id,
        };
        if (!rooms.Sessions.Add(live))
        {
            throw new IOException("the instance is going down");
        }

        var process = new ToolServerProcess(rooms, live);
        try
        {
            rooms.Policies.Keep(Policy.NormalFormOf(manifest), text);
            await rooms
                .Owner.RecordAsync(
                    own,
                    "preparing",
                    session.Person,
                    $"tool server `{server.Name}` of session {session.Id}",
                    cancellationToken
                )
                .ConfigureAwait(false);
            var sandbox = await rooms
                .Backend.PrepareAsync(Plan(own.Id, parent, server, credentials, rooms), cancellationToken)
                .ConfigureAwait(false);
            live.Sandbox = sandbox;
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
            await RecordReceiptAsync(rooms, own, sandbox, server, cancellationToken).ConfigureAwait(false);

            // It has no model and calls no tool: nothing listens there.
            listeners.ModelGateway.Dispose();
            listeners.ToolGateway.Dispose();
            await live.AddAsync(
                    rooms.Egress.Bind(
                        own,
                        new EgressListeners
                        {
                            Proxy = listeners.Egress,
                            CaptureHttp = listeners.CaptureHttp,
                            CaptureTls = listeners.CaptureTls,
                            Dns = listeners.Dns,
                        }
                    )
                )
                .ConfigureAwait(false);

            // INVARIANT: it is in the hands of the session that it serves before a byte of it runs.
            await parent.AddAsync(process).ConfigureAwait(false);
            await rooms
                .Owner.RecordAsync(own, "running", session.Person, server.Command[0], cancellationToken)
                .ConfigureAwait(false);
            if (!control.Start())
            {
                throw new IOException("the session has ended");
            }

            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
            process.Begin();
            await rooms.Owner.FollowAsync(live, parent, cancellationToken).ConfigureAwait(false);
            return process;
        }
        catch (Exception e)
        {
            live.KilledBecause ??= e is SandboxUnavailableException or ProgramNotFoundException or IOException
                ? $"it could not be started: {e.Message}"
                : "it could not be started";
            await process.DisposeAsync().ConfigureAwait(false);
            throw e as IOException ?? new IOException($"the server `{server.Name}` can't be started", e);
        }
    }

    private static SandboxPlan Plan(
        SessionId id,
        LiveSession parent,
        ToolServer server,
        IReadOnlyDictionary<string, string> credentials,
        Rooms rooms
    )
    {
        var ground = parent.Ground;
        var program = ProgramFinder.Find(
            new ProgramQuery
            {
                Name = server.Command[0],
                Arguments = server.Command[1..],
                SearchPath = ground.SearchPath.Length > 0 ? ground.SearchPath : SandboxPaths.SearchPath,
                WorkingDirectory = ground.Folder,
                Workspace = ground.Stage ?? "",
                Never = rooms.Never,
            }
        );

        // The variables by which programs find the way out; those for models and tokens stay empty, and are left out.
        var setup = ClientProfile
            .Named("generic")
            .SetUp(new ClientEndpoints("", "", ClientEndpoints.Inside.Egress), "", null);
        var variables = program
            .Variables.SetItems(setup.Over(server.Variables.ToImmutableDictionary(), out _))
            .SetItems(credentials)
            .SetItem("PATH", program.SearchPath);
        return new SandboxPlan
        {
            Id = id,
            Command = [program.Executable, .. server.Command.Skip(1)],
            Variables = variables.RemoveRange(variables.Where(v => v.Value.Length == 0).Select(v => v.Key)),
            Mounts = [.. Workspace(server, ground), .. program.Mounts],
            WorkingDirectory = SandboxPaths.Workspace,
        };
    }

    private static IEnumerable<Mount> Workspace(ToolServer server, ServerGround ground) =>
        (server.Workspace, ground.Stage) switch
        {
            (null, _) => [],
            (_, null) => throw new IOException($"the server `{server.Name}` sees the workspace, and here is none"),
            (ServerWorkspace.ReadWrite, { } stage) => [Mount.Writable(stage, SandboxPaths.Workspace, "workspace")],
            (_, { } stage) => [Mount.ReadOnly(stage, SandboxPaths.Workspace, "workspace", ownedByAgent: true)],
        };

    private static async Task RecordReceiptAsync(
        Rooms rooms,
        Session own,
        ISandbox sandbox,
        ToolServer server,
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
                    Target = server.Command[0],
                    Detail = string.Join("; ", sandbox.Receipt.Layers.Select(l => $"{l.Name}: {l.Tier}")),
                    Policy = own.Policy.Digest,
                    Payloads = [new Payload("receipt", "application/json", sandbox.Receipt.ToJson())],
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
