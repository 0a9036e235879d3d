using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Code;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// Runs code for agents: each call beside the agent, as a session of its own (<see cref="SiblingSandboxes"/>) that is over, killed and seen
/// to be empty when the call returns, however it ends.
/// <code>
/// passage ─ preparing ─ receipt ─ running ─ code … exit, or its time, its output, its caller ─ kill ─ verified empty ─ ended ─ result
/// </code>
/// </summary>
internal sealed class CodeRuns(Func<Rooms?> roomsOf) : ICodeRuns
{
    /// <summary>For a sandbox to come up, a container too, on a busy machine; the code's own time begins after it.</summary>
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);

    /// <summary>How long what is in the pipes may take when all processes are gone.</summary>
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<CodeResult> RunAsync(
        Session session,
        ToolServer server,
        CodeCall call,
        long passage,
        CancellationToken cancellationToken
    )
    {
        var rooms = roomsOf() ?? throw new IOException("the instance is starting");
        var parent = rooms.Sessions.Get(session.Id) ?? throw new IOException("the session has ended");
        var sibling = await StartAsync(rooms, parent, server, call, passage, cancellationToken).ConfigureAwait(false);
        await using (sibling.ConfigureAwait(false))
        {
            return await FollowAsync(rooms, sibling, server.Code!, call, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<SiblingSandbox> StartAsync(
        Rooms rooms,
        LiveSession parent,
        ToolServer server,
        CodeCall call,
        long passage,
        CancellationToken cancellationToken
    )
    {
        var terms = server.Code!;
        var order = new SiblingOrder
        {
            Kind = "code",
            Says = string.Create(CultureInfo.InvariantCulture, $"code in `{call.Language}` for passage {passage}"),
            Name = server.Name,
            Program = terms.Languages[call.Language][0],
            Egress = server.Egress,
            Backend = terms.Isolation == IsolationKind.Oci ? rooms.Containers : rooms.Backend,
        };
        using var late = new CancellationTokenSource(StartWithin, rooms.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await SiblingSandboxes
                .StartAsync(rooms, parent, order, own => Plan(own, rooms, parent, server, call), either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested)
        {
            throw new IOException("the code's sandbox took too long to start", e);
        }
        catch (Exception e) when (e is not (IOException or OperationCanceledException))
        {
            throw new IOException("the code's sandbox can't be started", e);
        }
    }

    private static async Task<CodeResult> FollowAsync(
        Rooms rooms,
        SiblingSandbox sibling,
        CodeTerms terms,
        CodeCall call,
        CancellationToken cancellationToken
    )
    {
        using var wall = new CancellationTokenSource(terms.Limits.WallClock, rooms.Clock);
        using var flood = new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, wall.Token, flood.Token);
        var sandbox = sibling.Sandbox;
        var output = new CodeOutput(sandbox.Output, terms.OutputBytes, flood.Cancel);
        var error = new CodeOutput(sandbox.Error, terms.OutputBytes, flood.Cancel);
        var read = Task.WhenAll(output.ReadAsync(), error.ReadAsync());
        _ = FeedAsync(sandbox.Input, call.Input);
        try
        {
            await sandbox.Exited.WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Killed below, whatever ended it.
        }

        // The exit counts where both came at once: then nobody killed it.
        var ending =
            sandbox.Exited.IsCompleted ? CodeEnding.Exited
            : wall.IsCancellationRequested ? CodeEnding.OutOfTime
            : flood.IsCancellationRequested ? CodeEnding.TooMuchOutput
            : CodeEnding.Unknown;
        await sibling
            .KillAsync(
                ending switch
                {
                    CodeEnding.Exited =>
                        $"the code ended with code {(await sandbox.Exited.ConfigureAwait(false)).Code}",
                    CodeEnding.OutOfTime => "the code's time ran out",
                    CodeEnding.TooMuchOutput => "the code wrote far more than anybody reads",
                    _ => "whoever called it doesn't wait for it",
                }
            )
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var exit = await sandbox.Exited.ConfigureAwait(false);
        await Task.WhenAny(read, Task.Delay(DrainWithin, rooms.Clock, cancellationToken)).ConfigureAwait(false);
        return new CodeResult(ending, exit.Code, output.Taken(), error.Taken());
    }

    private static SandboxPlan Plan(Session own, Rooms rooms, LiveSession parent, ToolServer server, CodeCall call)
    {
        var terms = server.Code!;
        var ground = parent.Ground;
        var command = terms.Languages[call.Language];
        var variables = server.Egress.IsEmpty
            ? ImmutableDictionary<string, string>.Empty
            : ToolServerProcesses.WayOut(server.Variables);
        ImmutableArray<Mount> mounts = [.. ToolServerProcesses.WorkspaceOf(server, ground)];
        if (terms.Isolation != IsolationKind.Oci)
        {
            var program = ProgramFinder.Find(
                new ProgramQuery
                {
                    Name = command[0],
                    Arguments = command[1..],
                    SearchPath = ground.SearchPath.Length > 0 ? ground.SearchPath : SandboxPaths.SearchPath,
                    WorkingDirectory = ground.Folder,
                    Workspace = server.Workspace is null ? "" : ground.Stage ?? "",
                    HostWorkspace = ground.Workspace,
                    Never = rooms.Never,
                }
            );
            command = [program.Executable, .. command[1..]];
            variables = program.Variables.SetItems(variables).SetItem("PATH", program.SearchPath);
            mounts = mounts.AddRange(program.Mounts);
        }

        var seen = parent.Session.Manifest.Run?.Seen ?? SeenKind.All;
        return CodePlan.Of(own.Id, terms, call, command, variables, mounts, !server.Egress.IsEmpty, seen) with
        {
            Addresses = own.Policy.GrantedAddresses(),
            MeetsNobody = server.Workspace is not null,
        };
    }

    private static async Task FeedAsync(Stream input, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await using (input.ConfigureAwait(false))
            {
                await input.WriteAsync(bytes).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It reads no more, or it is gone.
        }
    }
}
