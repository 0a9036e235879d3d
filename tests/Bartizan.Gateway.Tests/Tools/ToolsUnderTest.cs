using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using Bartizan.Guards.Classifiers;
using Bartizan.Guards.Contents;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>A tool gateway over loopback with two sessions of one manifest, and a client that speaks both eras.</summary>
internal sealed class ToolsUnderTest : ISessions, ISessionTokens, ICredentialLender, IApprovals, IAsyncDisposable
{
    public const string Token = "token-of-mine";
    public const string OtherToken = "token-of-another";
    public const string ServerKey = "key-of-the-server";

    private readonly ConcurrentDictionary<SessionId, Session> _sessions = new();
    private readonly ConcurrentDictionary<string, SessionId> _tokens = new();
    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        }
    );

    private ToolsUnderTest(string manifest)
    {
        _classifiers = new ClassifierGuard(this, TimeProvider.System);
        (Mine, MineControl) = Open(manifest, Token);
        (Other, _) = Open(manifest, OtherToken);
    }

    private readonly ClassifierGuard _classifiers;

    public GatewayUnderTest.MemoryJournal Journal { get; } = new();

    public Session Mine { get; }

    public SessionControl MineControl { get; }

    public Session Other { get; }

    public ToolGateway Gateway { get; private set; } = null!;

    public IPEndPoint EndPoint { get; private set; } = null!;

    public bool FleetRunning => true;

    public static async Task<ToolsUnderTest> StartAsync(
        Uri upstream,
        string rules,
        ToolGatewayOptions? options = null,
        IIsolatedProcesses? processes = null,
        string guards = "",
        string more = ""
    )
    {
        var house = new ToolsUnderTest(
            $$"""
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            servers:
              up: { url: "{{upstream}}mcp", with: server-key, undo: { create: { tool: delete, args: { id: result/id } } } }
              other: { url: "{{upstream}}other", with: server-key }
              line: { command: [server], credentials: { KEY: server-key } }
            credentials:
              server-key: { from: env:SERVER_KEY }
            {{guards}}
            {{more}}
            rules:
            {{string.Join('\n', rules.Split('\n').Select(rule => $"  - {{ {rule.Trim()}, why: A test says so. }}"))}}
            """
        );
        var monitor = new ReferenceMonitor(
            house,
            house.Journal,
            house,
            guards.Length == 0 ? [] : [new ContentGuard(house, house, TimeProvider.System), house._classifiers],
            TimeProvider.System,
            new MonitorOptions()
        );
        house.Gateway = await ToolGateway.StartAsync(
            monitor,
            house,
            house,
            house,
            TimeProvider.System,
            options ?? new ToolGatewayOptions(),
            CancellationToken.None,
            processes
        );
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        house.EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        house.Gateway.Accept(house.Mine, socket);
        return house;
    }

    /// <summary>Posts a message as it stands.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        string? body,
        Action<HttpRequestMessage>? with = null,
        string server = "up",
        string token = Token,
        IPEndPoint? to = null,
        HttpMethod? method = null,
        CancellationToken gone = default
    )
    {
        var request = new HttpRequestMessage(
            method ?? HttpMethod.Post,
            $"http://{to ?? EndPoint}/mcp{(server.Length == 0 ? "" : "/" + server)}"
        );
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        with?.Invoke(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await _http.SendAsync(request, limit.Token);
    }

    /// <summary>Posts a request of the stateless era, with the headers that it asks for, and reads its answer.</summary>
    public async Task<JsonObject> AskAsync(
        string method,
        string parameters,
        Action<HttpRequestMessage>? with = null,
        string id = "7",
        string server = "up"
    )
    {
        var (body, headers) = Stateless(method, parameters, id);
        using var response = await SendAsync(
            body,
            request =>
            {
                headers(request);
                with?.Invoke(request);
            },
            server
        );
        return await AnswerAsync(response);
    }

    /// <summary>Listens at the endpoint of all servers until so many messages have come.</summary>
    public async Task<List<JsonObject>> ReadEventsAsync(string session, int count, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            null,
            r => r.Headers.Add("mcp-session-id", session),
            "",
            method: HttpMethod.Get,
            gone: cancellationToken
        );
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var events = new List<JsonObject>();
        while (events.Count < count && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                events.Add(JsonNode.Parse(line[6..])!.AsObject());
            }
        }

        return events;
    }

    /// <summary>A request of the stateless era, and its headers.</summary>
    public static (string Body, Action<HttpRequestMessage> Headers) Stateless(
        string method,
        string parameters,
        string id = "7"
    )
    {
        var all = JsonNode.Parse(parameters)!.AsObject();
        var meta =
            """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
        var rest = parameters.Trim()[1..];
        var body =
            $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{"_meta":{{meta}}{{(all.Count == 0 ? "}" : "," + rest)}}}""";
        var name = ((string?)all["name"] ?? (string?)all["uri"]) ?? "";
        return (
            body,
            request =>
            {
                request.Headers.TryAddWithoutValidation("mcp-protocol-version", "2026-07-28");
                request.Headers.TryAddWithoutValidation("mcp-method", method);
                if (name.Length > 0)
                {
                    request.Headers.TryAddWithoutValidation("mcp-name", name);
                }
            }
        );
    }

    /// <summary>The last message of an answer, whichever way it comes.</summary>
    public static async Task<JsonObject> AnswerAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            text = text.Split('\n').Last(line => line.StartsWith("data: {", StringComparison.Ordinal))[6..];
        }

        return JsonNode.Parse(text)!.AsObject();
    }

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    public SessionId? Verify(ReadOnlySpan<char> token) => _tokens.TryGetValue(token.ToString(), out var id) ? id : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ILease>(new Lease());

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        OnAskAsync is { } later ? new(later(request, cancellationToken)) : ValueTask.FromResult(OnAsk(request));

    /// <summary>The same where they take their time; null for at once.</summary>
    public Func<ApprovalRequest, CancellationToken, Task<Approval>>? OnAskAsync { get; set; }

    /// <summary>What people say; no, if nothing else is set.</summary>
    public Func<ApprovalRequest, Approval> OnAsk { get; set; } = _ => default;

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _classifiers.DisposeAsync();
        _http.Dispose();
    }

    private (Session, SessionControl) Open(string text, string token)
    {
        var load = ManifestLoader.Load(text, "agent.yaml", _ => null);
        load.Errors.ShouldBeEmpty();
        var opened = Session.Open(SessionId.New(), load.Manifest!, Policy.Compile(load.Manifest!), "tester", false);
        opened.Control.Start().ShouldBeTrue();
        _sessions[opened.Session.Id] = opened.Session;
        _tokens[token] = opened.Session.Id;
        return opened;
    }

    private sealed class Lease : ILease
    {
        public string Handle => "server-key";

        public void Apply(Action<ReadOnlyMemory<char>> use) => use(ServerKey.AsMemory());

        public void Dispose() { }
    }
}
