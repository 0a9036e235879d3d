using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Clients;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// Starts the tool servers that a command names, each beside the agent, as a session of its own (<see cref="SiblingSandboxes"/>).
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
        var order = new SiblingOrder
        {
            Kind = "server",
            Says = $"tool server `{server.Name}`",
            Name = server.Name,
            Program = server.Command[0],
            Egress = server.Egress,
            Backend = rooms.Backend,
        };
        try
        {
            var sibling = await SiblingSandboxes
                .StartAsync(
                    rooms,
                    parent,
                    order,
                    own => Plan(own, parent, server, credentials, rooms),
                    cancellationToken
                )
                .ConfigureAwait(false);
            var process = new ToolServerProcess(sibling);
            process.Begin();
            return process;
        }
        catch (Exception e) when (e is not IOException)
        {
            throw new IOException($"the server `{server.Name}` can't be started", e);
        }
    }

    /// <summary>How a server, or code, sees the workspace.</summary>
    /// <exception cref="IOException">When it shall see one and there is none.</exception>
    public static IEnumerable<Mount> WorkspaceOf(ToolServer server, ServerGround ground) =>
        (server.Workspace, ground.Stage) switch
        {
            (null, _) => [],
            (_, null) => throw new IOException($"the server `{server.Name}` sees the workspace, and here is none"),
            (ServerWorkspace.ReadWrite, { } stage) => [Mount.Writable(stage, SandboxPaths.Workspace, "workspace")],
            (_, { } stage) => [Mount.ReadOnly(stage, SandboxPaths.Workspace, "workspace", ownedByAgent: true)],
        };

    /// <summary>The variables by which programs find the way out; those for models and tokens stay empty, and are left out.</summary>
    public static ImmutableDictionary<string, string> WayOut(IReadOnlyDictionary<string, string> under)
    {
        var setup = ClientProfile
            .Named("generic")
            .SetUp(new ClientEndpoints("", "", ClientEndpoints.Inside.Egress), "", null);
        var all = setup.Over(under.ToImmutableDictionary(), out _);
        return all.RemoveRange(all.Where(one => one.Value.Length == 0).Select(one => one.Key));
    }

    private static SandboxPlan Plan(
        Session own,
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
                HostWorkspace = ground.Workspace,
                Never = rooms.Never,
            }
        );

        var variables = program
            .Variables.SetItems(WayOut(server.Variables))
            .SetItems(credentials)
            .SetItem("PATH", program.SearchPath);
        return new SandboxPlan
        {
            Id = own.Id,
            Addresses = own.Policy.GrantedAddresses(),
            Command = [program.Executable, .. server.Command.Skip(1)],
            Variables = variables.RemoveRange(variables.Where(v => v.Value.Length == 0).Select(v => v.Key)),
            Mounts = [.. WorkspaceOf(server, ground), .. program.Mounts],
            WorkingDirectory = SandboxPaths.Workspace,
            Seen = parent.Session.Manifest.Run?.Seen ?? SeenKind.All,
            MeetsNobody = server.Workspace is not null,
        };
    }
}
