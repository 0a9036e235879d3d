using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Control;
using Bartizan.Control.Consultations;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Approvals.Messages;
using Bartizan.Daemon.Circuits;
using Bartizan.Daemon.Consoles;
using Bartizan.Daemon.Custody;
using Bartizan.Daemon.Databases;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Exports;
using Bartizan.Daemon.Identity;
using Bartizan.Daemon.Journals;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Reading;
using Bartizan.Daemon.Retention;
using Bartizan.Daemon.Servers;
using Bartizan.Daemon.Serving;
using Bartizan.Daemon.Sessions;
using Bartizan.Daemon.Stores;
using Bartizan.Daemon.Users;
using Bartizan.Daemon.Vaults;
using Bartizan.Daemon.Witnessing;
using Bartizan.Daemon.Workspaces;
using Bartizan.Gateway.Databases;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tools;
using Bartizan.Guards.Classifiers;
using Bartizan.Guards.Contents;
using Bartizan.Records.Claims;
using Bartizan.Records.Evidence;
using Bartizan.Records.Projections;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Oci;
using Bartizan.Vault.Identity.OpenId;
using Bartizan.Vault.Tokens;

namespace Bartizan.Daemon;

/// <summary>One running instance: takes its directory, wires the rooms, opens the control API. Open this file first.</summary>
public sealed class BartizanDaemon : IAsyncDisposable
{
    /// <summary>How long sessions may take to settle their workspaces when the instance goes down; what is staged stays staged.</summary>
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(15);

    private readonly Stack<IAsyncDisposable> _open = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DaemonOptions _options;
    private Rooms? _rooms;

    private BartizanDaemon(DaemonOptions options) => _options = options;

    /// <summary>Completes when somebody asked the instance to end.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Runs an instance until it is asked to end or <paramref name="cancellationToken"/> fires; returns the exit code.</summary>
    public static async Task<int> RunAsync(string home, Action<string> say, CancellationToken cancellationToken)
    {
        // A commit of the log blocks one thread of the pool while the disk takes it; where there is one processor too, the rest goes on.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 2), ports);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                stop.Cancel();
            }
        );
        try
        {
            var daemon = await StartAsync(new DaemonOptions { Home = home, Say = say }, stop.Token)
                .ConfigureAwait(false);
            await using (daemon.ConfigureAwait(false))
            {
                await Task.WhenAny(daemon.Stopped, Task.Delay(Timeout.Infinite, stop.Token)).ConfigureAwait(false);
            }

            return 0;
        }
        catch (ControlException e)
        {
            say($"error: {e.Problem.Error}{(e.Problem.Hint is { } hint ? $"\nhint: {hint}" : "")}");
            return e.Problem.Code;
        }
    }

    /// <summary>Starts an instance.</summary>
    /// <exception cref="ControlException">When another process owns the directory, or its log can't be trusted.</exception>
    public static async Task<BartizanDaemon> StartAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var daemon = new BartizanDaemon(options);
        try
        {
            await daemon.OpenAsync(cancellationToken).ConfigureAwait(false);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Kills what lives, closes the gateways, seals the log.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_rooms is { } rooms)
        {
            rooms.Sessions.StopFleet();
            var live = rooms.Sessions.All;
            await Task.WhenAll(
                    live.Select(l => rooms.Owner.KillAsync(l.Session.Id, "bartizan", "the instance goes down", default))
                )
                .ConfigureAwait(false);
            await Task.WhenAny(Task.WhenAll(live.Select(l => l.Gone.Task)), Task.Delay(SettleWithin, _options.Clock))
                .ConfigureAwait(false);
            await SayAsync(rooms.Journal, "stopped").ConfigureAwait(false);
        }

        while (_open.TryPop(out var room))
        {
            await room.DisposeAsync().ConfigureAwait(false);
        }

        _stopped.TrySetResult();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var clock = _options.Clock;
        var state =
            StateDirectory.Take(_options.Home)
            ?? throw new ControlException(
                new ControlProblem(
                    125,
                    $"another process owns `{_options.Home}`",
                    "`bartizan status` shows it; `bartizan down` ends it"
                )
            );
        Opened(state);

        // The log first: without it nothing may happen.
        var witnesses = Witnesses.Load(state);
        var log = await InstanceLog.OpenAsync(state, witnesses, clock, cancellationToken).ConfigureAwait(false);
        Opened(log);
        var rounds = witnesses is null ? null : Witnesses.Start(witnesses, state, log, _options.Say, clock);
        if (rounds is not null)
        {
            Opened(rounds);
        }

        Opened(
            new ProjectionFollower(new ProjectionPlace { Home = state.Home }, () => log.Log.Size, clock, _options.Say)
        );
        var sessions = new LiveSessions();
        var lost = new LostEntries();
        var journal = new NewHosts(new TallyingJournal(log, sessions, lost), log.Recovery.Hosts, clock);
        await Recovery.WriteAsync(log.Recovery, journal, cancellationToken).ConfigureAwait(false);

        var tokens = new SessionTokens();
        var identity = await IdentityDesk
            .OpenAsync(state, log.Log.Origin, sessions, journal, _options, cancellationToken)
            .ConfigureAwait(false);
        Opened(identity);
        var vault = await VaultDesk.OpenAsync(state, log, journal, _options, identity.Loans).ConfigureAwait(false);
        Opened(vault);
        Opened(vault.Providers);
        var owner = new SessionOwner(sessions, journal, tokens.Revoke);
        var ledger = new BudgetLedger(PricesFile.Read(state.Home), clock);
        ledger.Restore(log.Recovery.Spends);
        var circuits = CircuitWatch.Over(journal, sessions, owner, clock);
        var (people, console) = (new EnrolledFile(state.Home), new ConsoleDesk(state, journal, _options));
        var inbox = new ApprovalInbox(
            journal,
            id => sessions.Get(id)?.Authors ?? [],
            people.Read,
            clock,
            console.Holding
        );
        var terminals = new Terminals(inbox);
        inbox.Tell(terminals);
        if (AskMessages.Start(state.Home, _options.Say, clock) is { } messages)
        {
            inbox.Tell(messages);
            Opened(messages);
        }

        var pack = await PackRecord.TakeAsync(state.Home, journal, cancellationToken).ConfigureAwait(false);
        var (consulted, classifiers) = (new ConsultedPoints(sessions, clock), new ClassifierGuard(sessions, clock));
        _open.Push(consulted);
        _open.Push(classifiers);
        var stores = new StoreLabels(state.Home);
        var credentials = CredentialUse.Of(sessions, journal, vault.Lender, clock);
        var monitor = new ReferenceMonitor(
            sessions,
            journal,
            inbox,
            [credentials.Guard, new ContentGuard(sessions, vault.Lender, clock, pack), consulted, classifiers],
            clock,
            new(),
            ledger,
            circuits,
            stores
        );
        var models = await ModelGateway
            .StartAsync(
                monitor,
                sessions,
                tokens,
                vault.Lender,
                clock,
                new ModelGatewayOptions
                {
                    Claims = new ClaimBook(journal, clock),
                    Places = session => sessions.Get(session.Id)?.Places ?? ClientPlaces.Inside,
                    DecidesCallsOf = session =>
                        sessions.Get(session.Id) is { } live ? live.DecidedClient : new RunSection().Client,
                    AsksByHooks = (session, client) => sessions.Get(session.Id)?.HearHook(client),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        Opened(models);
        var tools = await ToolGateway
            .StartAsync(
                monitor,
                sessions,
                tokens,
                vault.Lender,
                clock,
                ReaderSessions.Options(models, () => _rooms, session => sessions.Get(session.Id)?.Pins),
                cancellationToken,
                new ToolServerProcesses(() => _rooms ?? throw new IOException("the instance is starting"))
            )
            .ConfigureAwait(false);
        Opened(tools);
        var (egress, mint) = EgressRoom.Open(state, monitor, tokens, credentials.Injector, vault.Lender, _options);
        Opened(mint);
        Opened(egress);
        var roles = new RoleDesk(state.Databases, sessions, vault.Lender, journal, clock);
        Opened(roles);
        var backend = new BubblewrapBackend(new BubblewrapOptions(), clock);
        var exports = InstanceExports.Over(state, () => log.Log.Size, journal, clock);
        Opened(exports);
        var users = new EndUserBook(state.Users);
        Opened(users);
        var erasures = new ErasureDesk(log, state, users, clock);
        var retention = new InstanceRetention(state, log, erasures, exports, clock, _options.Say);
        Opened(retention);
        _rooms = new Rooms
        {
            State = state,
            Clock = clock,
            Sessions = sessions,
            Journal = journal,
            NewHosts = journal,
            Owner = owner,
            Tokens = tokens,
            Lender = vault.Lender,
            Identity = identity.Deciding(monitor),
            Callers = new OpenIdTokens(clock),
            Users = users,
            Vault = vault,
            Placeholders = credentials.Book,
            Monitor = monitor,
            Ledger = ledger,
            Inbox = inbox,
            Stores = new StoreDesk(stores, journal),
            Labels = new LabelDesk(sessions, journal, people.Read, clock, console.Holding),
            Terminals = terminals,
            Circuits = circuits,
            Models = models,
            Tools = tools,
            Egress = egress,
            Mint = mint,
            Roles = roles,
            Databases = new DatabaseGateway(monitor, roles, clock, new DatabaseOptions()),
            Backend = backend,
            Containers = OciBackend.Sweeping(new OciOptions(), clock),
            Erasures = erasures,
            Retention = retention,
            Custody = new CustodyDesk(log, clock),
            Policies = new KeptPolicies(state.Policies),
            Workspaces = new WorkspaceSettlement(state, journal, clock, new ResultCheck(state, backend, clock)),
            Exports = exports,
            Pins = new PinBooks(state.Home),
            Reading = ReadingRoom.Over(state, witnesses, sessions, ledger, log, clock),
            Console = console,
        };
        Opened(_rooms.Reading);
        var left = ServedCopies.Left(state);
        _ = Task.Run(() => ServedCopies.Delete(left, _options.Say), CancellationToken.None);
        roles.Sweep();
        vault.Providers.Sweep();
        Opened(new Heartbeat(journal, () => log.Log.Size, () => sessions.All.Count, lost, clock));
        var endpoints = new Lazy<AttachEndpoints>(() => SharedEndpoints.Open(models, tools, egress));
        var instance = new Instance(
            _rooms,
            () =>
                new LogFigures(
                    log.Log.Origin,
                    log.Log.Size,
                    log.Log.Syncs,
                    rounds is null ? null : Witnesses.Describe(rounds.Status()),
                    LogFigures.ProblemOf(log.Log)
                ),
            () => endpoints.Value,
            () => _stopped.TrySetResult(),
            _options.Say
        );
        Opened(instance);
        await SayAsync(
                journal,
                log.Log.Recovery.TornBytes > 0
                    ? $"started; {log.Log.Recovery.TornBytes} bytes of an unfinished write were dropped"
                    : "started"
            )
            .ConfigureAwait(false);
        await StartExportsAsync(exports, cancellationToken).ConfigureAwait(false);
        Opened(
            await ControlServer
                .StartAsync(state.ControlSocket, People.OwnUid(), People.Name, instance, cancellationToken)
                .ConfigureAwait(false)
        );
        if (
            await PeopleSocket.OpenAsync(state, instance, _options.Say, cancellationToken).ConfigureAwait(false) is
            { } open
        )
        {
            Opened(open);
        }
        Opened(_rooms.Console);
        await _rooms.Console.ServeAsync(instance, log.Log.Origin, null, cancellationToken).ConfigureAwait(false);
        _options.Say($"instance {log.Log.Origin} is up");
    }

    // A mistake in the file doesn't keep agents from running: the status says that nothing is sent, and why.
    private async Task StartExportsAsync(InstanceExports exports, CancellationToken cancellationToken)
    {
        try
        {
            await exports
                .ReadAsync(new Dictionary<string, string>(), "bartizan", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ControlException e)
        {
            _options.Say($"nothing is exported: {e.Problem.Error}");
        }
    }

    private static async Task SayAsync(Core.Ports.IJournal journal, string what)
    {
        try
        {
            await journal
                .AppendAsync(new Entry { Kind = EntryKind.Instance, Detail = what }, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (IOException) when (what == "stopped")
        {
            // A log that takes nothing more must not keep the instance from ending.
        }
    }

    private void Opened(object room) => _open.Push(room as IAsyncDisposable ?? new Closing((IDisposable)room));

    private sealed class Closing(IDisposable room) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            room.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
