using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Runs;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Runs;

/// <summary>
/// One run from request to summary.
/// <code>
/// manifest ─ 1 open ─ 2 stage ─ 3 plan ─ 4 create, inject ─ 5 gateways ─ 6 start ─ 7 relay ─ 8 end ─ 9 settle
///            entry    view      token    receipt            ways out      entry     streams   entry   diff, apply
/// </code>
/// Whatever fails before 6 ends in a refusal with an exit code of Bartizan's; after it the agent's own code counts.
/// </summary>
internal sealed class AgentRun(Rooms rooms)
{
    private const string NeverStarted = "failed before the agent started";

    /// <summary>How long output may still come after the last process is gone: what is in the pipes.</summary>
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(5);

    /// <summary>128 + SIGKILL, as a shell says it.</summary>
    private const int CodeOfKilled = 137;

    /// <summary>How long after a first Ctrl-C a second one ends the session.</summary>
    private const int SignalsUntilKill = 2;

    /// <summary>Runs it.</summary>
    public async Task RunAsync(
        RunRequest request,
        RunConnection connection,
        string person,
        CancellationToken cancellationToken
    )
    {
        var manifest = Load(request.Manifest, out var text);
        var run = manifest.Run ?? new RunSection();
        if (request.Observe && manifest.Environment != DeploymentEnvironment.Development)
        {
            throw new ControlException(
                new ControlProblem(
                    4,
                    "`--observe` is for development only",
                    "set `environment: development` in the manifest, or run without it"
                )
            );
        }

        // 1 open
        var policy = Policy.Compile(manifest, request.Observe);
        var (session, control) = Session.Open(SessionId.New(), manifest, policy, person, request.Observe);
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), "run", new SessionTally())
        {
            Pins = new AgentPins(session, rooms.Pins.Open(request.Manifest), rooms.Journal),
            Authors = ManifestFiles.AuthorsOf(request.Manifest, manifest),
            Places = ClientPlaces.InsideOf(
                Path.GetFullPath(run.WorkspacePath, Path.GetDirectoryName(Path.GetFullPath(request.Manifest))!)
            ),
        };
        foreach (var word in request.Command.Skip(1))
        {
            // Whoever starts it typed this, before there was an agent that could be fooled.
            session.Values.HearUser(word);
        }

        if (!rooms.Sessions.Add(live))
        {
            throw new ControlException(
                new ControlProblem(125, "the instance is going down", "start it again with `bartizan up`")
            );
        }

        var end = NeverStarted;
        try
        {
            // Before the entries name its digest: evidence of the session finds it there.
            rooms.Policies.Keep(Policy.NormalFormOf(manifest, request.Observe), text);
            await rooms
                .Owner.RecordAsync(session, "preparing", person, $"run of {request.Manifest}", cancellationToken)
                .ConfigureAwait(false);
            end = await DriveAsync(live, run, request, connection, person, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await rooms.Owner.EndAsync(live, person, end).ConfigureAwait(false);
            }
            finally
            {
                // Also when the end can't be recorded: the credentials that were lent must not outlive the session.
                await rooms.ForgetAsync(live).ConfigureAwait(false);
            }

            if (end == NeverStarted)
            {
                rooms.Workspaces.Forget(session.Id);
            }
        }
    }

    private static Manifest Load(string path, out string text)
    {
        var load = ManifestFiles.Load(path, out text);
        if (load.Manifest is not null)
        {
            return load.Manifest;
        }

        var first = load.Errors[0];
        throw new ControlException(new ControlProblem(3, $"{first.Position}: {first.Message}", first.Hint));
    }

    private async Task<string> DriveAsync(
        LiveSession live,
        RunSection run,
        RunRequest request,
        RunConnection connection,
        string person,
        CancellationToken cancellationToken
    )
    {
        // 2 stage
        var session = live.Session;
        await new ImageCheck(rooms)
            .RequireAsync(session, run, request.Manifest, cancellationToken)
            .ConfigureAwait(false);
        var workspace = Path.GetFullPath(run.WorkspacePath, Path.GetDirectoryName(request.Manifest)!);
        var folder = rooms.State.Session(session.Id);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var stage = await new Staging(rooms)
            .StageAsync(
                session,
                workspace,
                folder,
                request.Manifest,
                what => connection.SendAsync(new RunEvent.Noted(what), CancellationToken.None),
                cancellationToken
            )
            .ConfigureAwait(false);

        // 3 plan
        live.Ground = new ServerGround(
            request.SearchPath,
            Path.GetDirectoryName(request.Manifest)!,
            stage.Tree,
            workspace
        );
        rooms.Lender.Open(
            session.Id,
            session.Manifest.Agent,
            session.Manifest.Credentials,
            Path.GetDirectoryName(request.Manifest)!,
            request.Credentials,
            session.Manifest.Providers
        );
        var token = rooms.Tokens.Mint(session.Id);
        var preparation = Preparation.Make(
            session.Id,
            session.Manifest,
            run with
            {
                Variables = run.Variables.SetItems(rooms.Placeholders.VariablesOf(session)),
            },
            request,
            workspace,
            stage.Tree,
            token,
            rooms.Never,
            session.Policy.InterceptsSome ? AuthorityOf(rooms, session) : null
        );

        // 4 create, inject
        ISandbox sandbox;
        try
        {
            var backend = run.Isolation == IsolationKind.Oci ? rooms.Containers : rooms.Backend;
            var plan = preparation.Plan with { Addresses = session.Policy.GrantedAddresses() };
            sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxUnavailableException e)
        {
            throw new ControlException(
                new ControlProblem(5, e.Message, "`bartizan doctor` shows what this host gives")
            );
        }

        await using (sandbox.ConfigureAwait(false))
        {
            live.Sandbox = sandbox;
            try
            {
                await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxUnavailableException e)
            {
                throw new ControlException(
                    new ControlProblem(5, e.Message, "`bartizan doctor` shows what this host gives")
                );
            }

            var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
            await RecordReceiptAsync(rooms, session, sandbox, preparation.Plan.Command[0], cancellationToken)
                .ConfigureAwait(false);

            // 5 gateways
            await live.AddAsync(rooms.Models.Accept(session, listeners.ModelGateway)).ConfigureAwait(false);
            await live.AddAsync(rooms.Egress.Bind(session, SandboxEgress.Of(listeners))).ConfigureAwait(false);
            await live.AddAsync(rooms.Tools.Accept(session, listeners.ToolGateway)).ConfigureAwait(false);
            if (!session.Manifest.Databases.IsEmpty)
            {
                await live.AddAsync(rooms.Databases.Bind(session, listeners.Databases)).ConfigureAwait(false);
            }

            // 6 start
            rooms.Terminals.Sit(session.Id, connection, person, request.CanAnswer);

            await rooms
                .Owner.RecordAsync(
                    session,
                    "running",
                    person,
                    string.Join(' ', preparation.Program.Names),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (!live.Control.Start())
            {
                throw new ControlException(
                    new ControlProblem(4, $"session {session.Id} was ended before the agent started")
                );
            }

            var limits = sandbox.Receipt.Layers.FirstOrDefault(l => l.Name == "limits")?.Tier ?? "";
            await connection
                .SendAsync(new RunEvent.Started(session.Id.ToString(), limits), cancellationToken)
                .ConfigureAwait(false);
            live.Follow(sandbox, rooms);
            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);

            // 7 relay
            var exit = await RelayAsync(live, sandbox, run, request, connection, person, cancellationToken)
                .ConfigureAwait(false);

            // 8 end
            rooms.Terminals.Leave(session.Id);
            var how = live.KilledBecause ?? $"the agent ended with code {exit.Code}";
            await rooms.Owner.EndAsync(live, person, how).ConfigureAwait(false);
            await sandbox.CollectAsync(CancellationToken.None).ConfigureAwait(false);

            // 9 settle
            var lines = await new Settling(rooms)
                .SettleAsync(live, run, stage, request.Manifest, person)
                .ConfigureAwait(false);
            await Settling.ProposeAsync(live, connection).ConfigureAwait(false);

            // A killed agent whose streams were cut may still have said 0: that is not how the run ended.
            var (by, code) = live.KilledBecause is null ? ("agent", exit.Code) : ("bartizan", CodeOfKilled);
            await connection
                .SendAsync(new RunEvent.Exited(by, code, lines), CancellationToken.None)
                .ConfigureAwait(false);
            return how;
        }
    }

    /// <summary>Whom a session's sandbox trusts beside the host's authorities, in PEM.</summary>
    /// <exception cref="ControlException">There is none.</exception>
    public static string AuthorityOf(Rooms rooms, Session session)
    {
        try
        {
            return rooms.Mint.AuthorityOf(session.Id);
        }
        catch (IOException e)
        {
            throw new ControlException(new ControlProblem(5, $"TLS can't be looked into: {e.Message}"));
        }
    }

    /// <summary>Records which protections are in force before a program starts.</summary>
    public static async Task RecordReceiptAsync(
        Rooms rooms,
        Session session,
        ISandbox sandbox,
        string program,
        CancellationToken cancellationToken
    ) =>
        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Receipt,
                    Session = session.Id,
                    Agent = session.Agent,
                    Point = "sandbox",
                    Target = program,
                    Detail = string.Join("; ", sandbox.Receipt.Layers.Select(l => $"{l.Name}: {l.Tier}")),
                    Policy = session.Policy.Digest,
                    Payloads = [new Payload("receipt", "application/json", sandbox.Receipt.ToJson())],
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    private async Task<SandboxExit> RelayAsync(
        LiveSession live,
        ISandbox sandbox,
        RunSection run,
        RunRequest request,
        RunConnection connection,
        string person,
        CancellationToken cancellationToken
    )
    {
        var relay = new Relay(connection, sandbox, rooms.Terminals, live.Session.Id);
        using var wall = new CancellationTokenSource(run.Limits.WallClock, rooms.Clock);
        var signals = 0;
        var output = relay.OutputAsync(CancellationToken.None);
        var input = relay.InputAsync(
            async _ =>
            {
                // A terminal's Ctrl-C goes through the agent's own pty; this is the signal of a command without one.
                if (request.Terminal is null || ++signals >= SignalsUntilKill)
                {
                    live.KilledBecause ??= "interrupted at the command";
                    await rooms.Owner.EndAsync(live, person, live.KilledBecause).ConfigureAwait(false);
                }
            },
            CancellationToken.None
        );
        using var late = wall.Token.Register(() => _ = KillAsync(live, "its wall clock ran out"));

        // Not awaited, never cancelled: cancelling a receive aborts the WebSocket, whose end is still to be told.
        _ = GoneAsync(live, input, request.Detach);
        var exit = await sandbox.Exited.ConfigureAwait(false);
        await Task.WhenAny(output, Task.Delay(DrainWithin, rooms.Clock, CancellationToken.None)).ConfigureAwait(false);
        return exit;
    }

    // The command gone: nobody can be asked any more, and the session is killed, unless it was detached.
    private async Task GoneAsync(LiveSession live, Task input, bool detached)
    {
        try
        {
            await input.ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or IOException or ObjectDisposedException)
        {
            // Nonsense from the command's side is the command gone.
        }

        rooms.Terminals.Leave(live.Session.Id);
        if (!detached)
        {
            await KillAsync(live, "the command that ran it is gone").ConfigureAwait(false);
        }
    }

    private Task KillAsync(LiveSession live, string why)
    {
        live.KilledBecause ??= why;
        return rooms.Owner.EndAsync(live, "bartizan", why);
    }
}
