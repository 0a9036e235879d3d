using System.Diagnostics;
using System.Reflection;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Custody;
using Bartizan.Client.Erasures;
using Bartizan.Client.Exports;
using Bartizan.Client.Identity;
using Bartizan.Client.People;
using Bartizan.Client.Pins;
using Bartizan.Client.Providers;
using Bartizan.Client.Retention;
using Bartizan.Client.Runs;
using Bartizan.Client.Serving;
using Bartizan.Client.Sessions;
using Bartizan.Client.Stores;
using Bartizan.Client.Vaults;
using Bartizan.Client.Workspaces;
using Bartizan.Control;
using Bartizan.Control.AuthZen;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Providers;
using Bartizan.Daemon.Runs;
using Bartizan.Daemon.Serving;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon;

/// <summary>The instance as the control API drives it.</summary>
internal sealed partial class Instance(
    Rooms rooms,
    Func<LogFigures> log,
    Func<AttachEndpoints> endpoints,
    Action stop,
    Action<string> say
) : IInstance, IAsyncDisposable
{
    private readonly DateTimeOffset _since = rooms.Clock.GetUtcNow();
    private readonly Attachments _attachments = new(rooms, endpoints);
    private readonly SignInDesk _signIns = new(rooms.Vault, rooms.Clock);
    private readonly ServingDesk _serving = new(rooms, endpoints, say);
    private AttachEndpoints? _opened;

    /// <summary>The product's version.</summary>
    public static string Version { get; } =
        typeof(Instance)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>Ends what it has begun by itself, while the rooms are still there.</summary>
    public async ValueTask DisposeAsync()
    {
        await _serving.DisposeAsync().ConfigureAwait(false);
        await _signIns.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public StatusReply Status()
    {
        var figures = log();
        return new StatusReply
        {
            Version = Version,
            Instance = figures.Origin,
            Pid = Environment.ProcessId,
            Since = _since,
            Sessions = rooms.Sessions.All.Count,
            Entries = figures.Entries,
            Syncs = figures.Syncs,
            Witnessing = figures.Witnessing,
            LogProblem = figures.Problem,
            ResidentBytes = Process.GetCurrentProcess().WorkingSet64,
            Endpoints = _opened,
            Served = _serving.Lines(),
            Circuits =
            [
                .. rooms.Circuits.Standing.Select(c => new CircuitLine(c.Agent, c.Name, c.Word, c.Reason, c.Since)),
            ],
            NewHosts = rooms.NewHosts.Shown,
            Exports = rooms.Exports.Status(),
            ExportProblem = rooms.Exports.Problem,
            RetentionProblem = rooms.Retention.Problem,
            Web = rooms.Console.Standing,
            WebProblem = rooms.Console.Problem,
            PendingRoles = [.. rooms.Roles.Pending, .. rooms.Vault.Providers.Pending],
        };
    }

    /// <inheritdoc/>
    public async Task<ExportReply> ExportsAsync(
        ExportRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        await rooms.Exports.ReadAsync(request.Variables, person, cancellationToken).ConfigureAwait(false);
        return new ExportReply(rooms.Exports.Status());
    }

    /// <inheritdoc/>
    public PolicySubject? Subject(string type, string id) =>
        rooms
            .Sessions.All.Where(live =>
                live.Session.State == SessionState.Running
                && (type == "session" || live.Kind != LiveSession.Reader)
                && type switch
                {
                    "session" => string.Equals(live.Session.Id.ToString(), id, StringComparison.Ordinal),
                    "agent" => string.Equals(live.Session.Manifest.Agent, id, StringComparison.Ordinal),
                    _ => false,
                }
            )
            .MaxBy(live => live.Since)
            is { Session: var session }
            ? new PolicySubject(session.Policy, session.User, session.Labels)
            : null;

    /// <inheritdoc/>
    public IReadOnlyList<SessionSummary> Sessions() => SessionLines.Of(rooms.Sessions, rooms.Ledger);

    /// <inheritdoc/>
    public async Task<SwitchReply> DownAsync(string person, CancellationToken cancellationToken)
    {
        rooms.Sessions.StopFleet();
        var reply = await KillAsync(
                new SwitchRequest { All = true, Reason = "the instance goes down" },
                person,
                cancellationToken
            )
            .ConfigureAwait(false);
        stop();
        return reply;
    }

    /// <inheritdoc/>
    public Task<SwitchReply> PauseAsync(SwitchRequest request, string person, CancellationToken cancellationToken) =>
        MoveAsync(request, id => rooms.Owner.PauseAsync(id, person, request.Reason, cancellationToken));

    /// <inheritdoc/>
    public Task<SwitchReply> ResumeAsync(SwitchRequest request, string person, CancellationToken cancellationToken) =>
        MoveAsync(request, id => rooms.Owner.ResumeAsync(id, person, request.Reason, cancellationToken));

    /// <inheritdoc/>
    public Task<SwitchReply> KillAsync(SwitchRequest request, string person, CancellationToken cancellationToken) =>
        MoveAsync(request, id => rooms.Owner.KillAsync(id, person, request.Reason, cancellationToken));

    /// <inheritdoc/>
    public Task<AttachReply> AttachAsync(AttachRequest request, string person, CancellationToken cancellationToken)
    {
        _opened = endpoints();
        return _attachments.OpenAsync(request, person, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ServeAsync(
        ServeRequest request,
        Func<ServeReply, Task> opened,
        string person,
        CancellationToken cancellationToken
    ) => _serving.ServeAsync(request, opened, person, cancellationToken);

    /// <inheritdoc/>
    public Task<ServeReply> EndServingAsync(ServeRequest request, string person, CancellationToken cancellationToken) =>
        _serving.EndAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<WorkspaceReply> WorkspaceAsync(
        string verb,
        WorkspaceRequest request,
        string person,
        CancellationToken cancellationToken
    ) => rooms.Workspaces.SettleAsync(verb, request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<SurveyReply> SurveyAsync(PinRequest request, string person, CancellationToken cancellationToken) =>
        new PinDesk(rooms).SurveyAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<PinsReadReply> ReadPinsAsync(PinRequest request, string person, CancellationToken cancellationToken) =>
        new PinDesk(rooms).ReadAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public AsksReply Asks(string person) => rooms.Inbox.Asks(person);

    /// <inheritdoc/>
    public AskLine? Ask(string person, string id) => rooms.Inbox.Ask(person, id);

    /// <inheritdoc/>
    public IReadOnlyList<AskNote> Waiting() => rooms.Inbox.Waiting;

    /// <inheritdoc/>
    public Task<AnswerReply> AnswerAllAsync(BatchRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Inbox.AnswerAllAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public StatisticsReply Statistics(string person) => rooms.Inbox.Statistics();

    /// <inheritdoc/>
    public Task<AnswerReply> AnswerAsync(AnswerRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Inbox.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<IdentityReply> IdentityAsync(
        IdentityRequest request,
        string person,
        CancellationToken cancellationToken
    ) => rooms.Identity.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<PeopleReply> PeopleAsync(PeopleRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Console.AnswerAsync(request, person);

    /// <inheritdoc/>
    public Task<TokensReply> TokensAsync(TokensRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Console.AnswerAsync(request, person);

    /// <inheritdoc/>
    public Task<StoresReply> StoresAsync(StoresRequest request, string person, CancellationToken cancellationToken) =>
        request.Store is null
            ? Task.FromResult(rooms.Stores.List())
            : rooms.Stores.ClearAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<SignInReply> SignInAsync(SignInRequest request, string person, CancellationToken cancellationToken) =>
        _signIns.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<VaultReply> VaultAsync(VaultRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Vault.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<LabelsReply> LabelsAsync(LabelsRequest request, string person, CancellationToken cancellationToken) =>
        Task.FromResult(rooms.Labels.Show(request, person));

    /// <inheritdoc/>
    public Task<LabelsReply> ClearLabelAsync(
        LabelsRequest request,
        string person,
        CancellationToken cancellationToken
    ) => rooms.Labels.ClearAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<ErasureReply> EraseAsync(ErasureRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Erasures.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<PruneReply> PruneAsync(PruneRequest request, string person, CancellationToken cancellationToken) =>
        rooms.Retention.AnswerAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task<CustodyReply> CustodyAsync(
        CustodyRequest request,
        string person,
        CancellationToken cancellationToken
    ) => rooms.Custody.SignAsync(request, person, cancellationToken);

    /// <inheritdoc/>
    public Task RunAsync(
        RunRequest request,
        RunConnection connection,
        string person,
        CancellationToken cancellationToken
    ) =>
        new AgentRun(rooms).RunAsync(
            request,
            connection,
            person,
            request.Detach ? CancellationToken.None : cancellationToken
        );

    private async Task<SwitchReply> MoveAsync(SwitchRequest request, Func<SessionId, Task> move)
    {
        var started = rooms.Clock.GetTimestamp();
        var chosen = rooms
            .Sessions.All.Where(l =>
                request.All
                || l.Session.Id.ToString() == request.Session
                || (request.Agent is not null && l.Session.Manifest.Agent == request.Agent)
            )
            .Select(l => l.Session.Id)
            .ToList();
        await Task.WhenAll(chosen.Select(move)).ConfigureAwait(false);
        return new SwitchReply(
            [.. chosen.Select(c => c.ToString())],
            rooms.Clock.GetElapsedTime(started).TotalMilliseconds
        );
    }
}
