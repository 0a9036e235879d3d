using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
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

namespace Bartizan.Client;

/// <summary>
/// The control API's client: HTTP and one WebSocket over the instance's Unix socket. Every method throws
/// <see cref="ControlException"/> with the instance's own words when it refuses.
/// </summary>
public sealed partial class ControlClient : IDisposable
{
    private const string CallerHeader = "bartizan-caller";

    private static readonly Uri Base = new("http://bartizan/");
    private readonly ControlAddress _address;
    private readonly HttpMessageInvoker _invoker;
    private readonly string? _cookie;
    private readonly string? _from;
    private readonly bool _shares;

    /// <summary>Makes a client of the instance at <paramref name="address"/>; connects with the first call.</summary>
    public ControlClient(ControlAddress address)
    {
        _address = address;
        _invoker = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectCallback = ConnectAsync,
            }
        );
    }

    private ControlClient(ControlClient shared, string cookie, string? address)
    {
        _address = shared._address;
        _invoker = shared._invoker;
        _cookie = cookie;
        _from = address;
        _shares = true;
    }

    /// <summary>A client that asks in somebody's place, over the connections of this one; disposing of it closes none.</summary>
    /// <param name="cookie">Their cookies, as their browser sent them.</param>
    /// <param name="address">The address that they ask from.</param>
    public ControlClient With(string cookie, string? address) => new(this, cookie, address);

    /// <summary>True when an instance answers.</summary>
    public async Task<bool> IsUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StatusAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ControlException)
        {
            return false;
        }
    }

    /// <summary>How the instance is.</summary>
    public Task<StatusReply> StatusAsync(CancellationToken cancellationToken) =>
        CallAsync<StatusReply>(HttpMethod.Get, "v1/status", null, cancellationToken);

    /// <summary>Ends the instance: every session is killed first.</summary>
    public Task<SwitchReply> DownAsync(CancellationToken cancellationToken) =>
        CallAsync<SwitchReply>(HttpMethod.Post, "v1/down", null, cancellationToken);

    /// <summary>Has the instance read <c>exports.yaml</c> again.</summary>
    public Task<ExportReply> ExportsAsync(ExportRequest request, CancellationToken cancellationToken) =>
        CallAsync<ExportReply>(HttpMethod.Post, "v1/exports", request, cancellationToken);

    /// <summary>The live sessions.</summary>
    public Task<IReadOnlyList<SessionSummary>> SessionsAsync(CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<SessionSummary>>(HttpMethod.Get, "v1/sessions", null, cancellationToken);

    /// <summary>Pauses sessions.</summary>
    public Task<SwitchReply> PauseAsync(SwitchRequest request, CancellationToken cancellationToken) =>
        CallAsync<SwitchReply>(HttpMethod.Post, "v1/sessions/pause", request, cancellationToken);

    /// <summary>Resumes sessions.</summary>
    public Task<SwitchReply> ResumeAsync(SwitchRequest request, CancellationToken cancellationToken) =>
        CallAsync<SwitchReply>(HttpMethod.Post, "v1/sessions/resume", request, cancellationToken);

    /// <summary>Kills sessions; returns when it is verified that nothing of them is left.</summary>
    public Task<SwitchReply> KillAsync(SwitchRequest request, CancellationToken cancellationToken) =>
        CallAsync<SwitchReply>(HttpMethod.Post, "v1/sessions/kill", request, cancellationToken);

    /// <summary>Opens a session for an agent that runs elsewhere.</summary>
    public Task<AttachReply> AttachAsync(AttachRequest request, CancellationToken cancellationToken) =>
        CallAsync<AttachReply>(HttpMethod.Post, "v1/sessions/attach", request, cancellationToken);

    /// <summary>What a session changed, what applying or discarding it did; <paramref name="verb"/> is diff, apply or discard.</summary>
    public Task<WorkspaceReply> WorkspaceAsync(
        string verb,
        WorkspaceRequest request,
        CancellationToken cancellationToken
    ) => CallAsync<WorkspaceReply>(HttpMethod.Post, $"v1/workspace/{verb}", request, cancellationToken);

    /// <summary>What the servers of a manifest say of themselves and their tools now.</summary>
    public Task<SurveyReply> SurveyAsync(PinRequest request, CancellationToken cancellationToken) =>
        CallAsync<SurveyReply>(HttpMethod.Post, "v1/pins/survey", request, cancellationToken);

    /// <summary>Has the instance read a manifest's lock again.</summary>
    public Task<PinsReadReply> ReadPinsAsync(PinRequest request, CancellationToken cancellationToken) =>
        CallAsync<PinsReadReply>(HttpMethod.Post, "v1/pins/read", request, cancellationToken);

    /// <summary>The asks that wait.</summary>
    public Task<AsksReply> AsksAsync(CancellationToken cancellationToken) =>
        CallAsync<AsksReply>(HttpMethod.Get, "v1/approvals", null, cancellationToken);

    /// <summary>How many asks wait.</summary>
    public Task<WaitingReply> WaitingAsync(CancellationToken cancellationToken) =>
        CallAsync<WaitingReply>(HttpMethod.Get, "v1/approvals/waiting", null, cancellationToken);

    /// <summary>One ask with its arguments, where somebody may write others; null when no such ask waits.</summary>
    public async Task<AskLine?> AskAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length == 0 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            return null;
        }

        try
        {
            return await CallAsync<AskLine>(HttpMethod.Get, $"v1/approvals/waiting/{id}", null, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ControlException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Answers a list of asks, all or none.</summary>
    public Task<AnswerReply> AnswerAllAsync(BatchRequest request, CancellationToken cancellationToken) =>
        CallAsync<AnswerReply>(HttpMethod.Post, "v1/approvals/batch", request, cancellationToken);

    /// <summary>How people answered.</summary>
    public Task<StatisticsReply> AnswerStatisticsAsync(CancellationToken cancellationToken) =>
        CallAsync<StatisticsReply>(HttpMethod.Get, "v1/approvals/statistics", null, cancellationToken);

    /// <summary>Answers an ask.</summary>
    public Task<AnswerReply> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken) =>
        CallAsync<AnswerReply>(HttpMethod.Post, "v1/approvals/answer", request, cancellationToken);

    /// <summary>The stores that carry labels; with a store, takes them off.</summary>
    public Task<StoresReply> StoresAsync(StoresRequest request, CancellationToken cancellationToken) =>
        CallAsync<StoresReply>(HttpMethod.Post, "v1/stores", request, cancellationToken);

    /// <summary>By what others know agents.</summary>
    public Task<IdentityReply> IdentityAsync(IdentityRequest request, CancellationToken cancellationToken) =>
        CallAsync<IdentityReply>(HttpMethod.Post, "v1/identity", request, cancellationToken);

    /// <summary>Makes, changes and takes away the accounts of people.</summary>
    public Task<PeopleReply> PeopleAsync(PeopleRequest request, CancellationToken cancellationToken) =>
        CallAsync<PeopleReply>(HttpMethod.Post, "v1/people", request, cancellationToken);

    /// <summary>Makes, lists and revokes tokens.</summary>
    public Task<TokensReply> TokensAsync(TokensRequest request, CancellationToken cancellationToken) =>
        CallAsync<TokensReply>(HttpMethod.Post, "v1/tokens", request, cancellationToken);

    /// <summary>Asks something of the vault.</summary>
    public Task<VaultReply> VaultAsync(VaultRequest request, CancellationToken cancellationToken) =>
        CallAsync<VaultReply>(HttpMethod.Post, "v1/vault", request, cancellationToken);

    /// <summary>Begins a person's sign-in to a provider, or waits for its end.</summary>
    public Task<SignInReply> SignInAsync(SignInRequest request, CancellationToken cancellationToken) =>
        CallAsync<SignInReply>(HttpMethod.Post, "v1/providers/sign-in", request, cancellationToken);

    /// <summary>A session's labels with what put them there.</summary>
    public Task<LabelsReply> LabelsAsync(LabelsRequest request, CancellationToken cancellationToken) =>
        CallAsync<LabelsReply>(HttpMethod.Post, "v1/sessions/labels", request, cancellationToken);

    /// <summary>Says that a label comes off a session.</summary>
    public Task<LabelsReply> ClearLabelAsync(LabelsRequest request, CancellationToken cancellationToken) =>
        CallAsync<LabelsReply>(HttpMethod.Post, "v1/sessions/clear-label", request, cancellationToken);

    /// <summary>Erases payloads, holds them, or answers what another person asked for.</summary>
    public Task<ErasureReply> EraseAsync(ErasureRequest request, CancellationToken cancellationToken) =>
        CallAsync<ErasureReply>(HttpMethod.Post, "v1/log/erasures", request, cancellationToken);

    /// <summary>Lets go of what has reached its age, or says what would go.</summary>
    public Task<PruneReply> PruneAsync(PruneRequest request, CancellationToken cancellationToken) =>
        CallAsync<PruneReply>(HttpMethod.Post, "v1/log/prune", request, cancellationToken);

    /// <summary>Has the instance record that a session's evidence was taken out, and sign for the bundle.</summary>
    public Task<CustodyReply> CustodyAsync(CustodyRequest request, CancellationToken cancellationToken) =>
        CallAsync<CustodyReply>(HttpMethod.Post, "v1/log/custody", request, cancellationToken);

    /// <summary>Closes the gateway in front of an agent.</summary>
    public Task<ServeReply> EndServingAsync(ServeRequest request, CancellationToken cancellationToken) =>
        CallAsync<ServeReply>(HttpMethod.Post, "v1/serve/end", request, cancellationToken);

    /// <summary>Opens the gateway in front of an agent; it is closed with what is returned, unless it was asked to stay.</summary>
    public async Task<ServeConnection> ServeAsync(ServeRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Base, "v1/serve"));
        message.Content = JsonContent.Create(request, options: Wire.Options);
        HttpResponseMessage response;
        try
        {
            response = await _invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }

        if (response.IsSuccessStatusCode)
        {
            return await ServeConnection.OpenAsync(response, cancellationToken).ConfigureAwait(false);
        }

        using (response)
        {
            throw new ControlException(await ReadProblemAsync(response, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Opens a run; the caller sends the <see cref="RunRequest"/> and drives it.</summary>
    public async Task<RunConnection> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            await socket
                .ConnectAsync(new Uri("ws://bartizan/v1/run"), _invoker, cancellationToken)
                .ConfigureAwait(false);
            var connection = new RunConnection(socket);
            await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (WebSocketException e)
        {
            socket.Dispose();
            throw Unreachable(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_shares)
        {
            _invoker.Dispose();
        }
    }

    private static ControlException Unreachable(Exception _) =>
        new(new ControlProblem(125, "no instance answers on the control socket", "start one with `bartizan up`"));

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket
                .ConnectAsync(new UnixDomainSocketEndPoint(_address.Socket), cancellationToken)
                .ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> CallAsync<T>(
        HttpMethod method,
        string path,
        object? body,
        CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        var reply = await response.Content.ReadFromJsonAsync<T>(Wire.Options, cancellationToken).ConfigureAwait(false);
        return reply ?? throw new ControlException(new ControlProblem(125, "the instance answered with nothing"));
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        object? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(Base, path));
        if (_cookie is { Length: > 0 } cookie)
        {
            request.Headers.TryAddWithoutValidation("cookie", cookie);
        }

        if (_from is { Length: > 0 } address)
        {
            request.Headers.TryAddWithoutValidation(CallerHeader, address);
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: Wire.Options);
        }

        HttpResponseMessage response;
        try
        {
            response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var problem = await ReadProblemAsync(response, cancellationToken).ConfigureAwait(false);
            throw new ControlException(problem) { Status = (int)response.StatusCode };
        }
    }

    private static async Task<ControlProblem> ReadProblemAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await response
                    .Content.ReadFromJsonAsync<ControlProblem>(Wire.Options, cancellationToken)
                    .ConfigureAwait(false)
                ?? new ControlProblem(125, $"the instance answered {(int)response.StatusCode}");
        }
        catch (System.Text.Json.JsonException)
        {
            return new ControlProblem(125, $"the instance answered {(int)response.StatusCode}");
        }
    }
}
