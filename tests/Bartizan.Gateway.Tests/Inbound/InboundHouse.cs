using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Approvals;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Guards.Contents;
using static Bartizan.Gateway.Tests.Model.GatewayUnderTest;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>
/// An inbound gateway with the real monitor, policy and guards, a log in memory, a session for each caller, and an agent behind it that
/// answers what the test says and remembers what it was sent.
/// </summary>
internal sealed class InboundHouse : IAsyncDisposable, ISessions, IServedSessions, ICredentialLender, IApprovals
{
    /// <summary>The key of the program `shop`.</summary>
    public const string Key = "shop-key-0123456789abcdef0123456789abcdef";

    /// <summary>The key of the program `desk`.</summary>
    public const string OtherKey = "desk-key-0123456789abcdef0123456789abcdef";

    /// <summary>What a session is lent.</summary>
    public const string Lent = "bz-lent-credential-5f9c1e2a7d";

    private readonly ConcurrentDictionary<Caller, ServedSession> _served = new();
    private readonly ConcurrentDictionary<SessionId, SessionControl> _sessions = new();
    private readonly Manifest _manifest;
    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        }
    );

    private InboundHouse(Manifest manifest, ScriptedUpstream agent)
    {
        _manifest = manifest;
        Agent = agent;
    }

    public MemoryJournal Journal { get; } = new();

    public ScriptedUpstream Agent { get; }

    public InboundGateway Gateway { get; private set; } = null!;

    public IPEndPoint EndPoint => Gateway.EndPoint;

    public int MaxSessions { get; set; } = int.MaxValue;

    public bool FleetRunning => true;

    /// <summary>Sessions by the caller that they were opened for.</summary>
    public IReadOnlyDictionary<Caller, ServedSession> Served => _served;

    public static string Text(Uri agent, string rules = "", string serve = "", string more = "", string callers = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: support
            version: 1
            owner: tests@example.com
            environment: development
            serve:
              listen: 127.0.0.1:0
              upstream: "{{agent.GetLeftPart(UriPartial.Authority)}}"
              callers:
                keys:
                  shop: "sha256:{{Digest.Of(Encoding.UTF8.GetBytes(Key))}}"
                  desk: "sha256:{{Digest.Of(Encoding.UTF8.GetBytes(OtherKey))}}"
            {{callers}}
            {{serve}}
            {{more}}
            rules:
              - allow: serve POST /ask
                why: Callers ask.
              - allow: "serve {GET,HEAD,DELETE} /open/**"
                why: Callers read.
              - deny: "serve * /open/admin/**"
                why: Nobody administers from outside.
            {{rules}}
            """;

    public static async Task<InboundHouse> StartAsync(
        string rules = "",
        string serve = "",
        string more = "",
        string callers = "",
        Func<InboundOptions, InboundOptions>? with = null,
        TimeProvider? clock = null
    )
    {
        var agent = await ScriptedUpstream.StartAsync();
        var load = ManifestLoader.Load(Text(agent.Url, rules, serve, more, callers), "agent.yaml", _ => null);
        load.Errors.ShouldBeEmpty();
        var house = new InboundHouse(load.Manifest!, agent);
        var options = new InboundOptions
        {
            Terms = load.Manifest!.Serve!,
            Agent = "support@1",
            Journal = house.Journal,
        };
        var monitor = new ReferenceMonitor(
            house,
            house.Journal,
            house,
            [new ContentGuard(house, house, TimeProvider.System)],
            TimeProvider.System,
            new MonitorOptions(),
            new BudgetLedger(PriceTable.BuiltIn, TimeProvider.System)
        );
        house.Gateway = await InboundGateway.StartAsync(
            monitor,
            house,
            clock ?? TimeProvider.System,
            with is null ? options : with(options),
            CancellationToken.None
        );
        return house;
    }

    public Task<HttpResponseMessage> AskAsync(string body = """{"text":"hello"}""", string? key = Key) =>
        SendAsync(HttpMethod.Post, "/ask", body, key);

    public Task<HttpResponseMessage> GetAsync(string path, string? key = Key) =>
        SendAsync(HttpMethod.Get, path, null, key);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string? key = Key,
        Action<HttpRequestMessage>? with = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://{EndPoint}{path}"));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("authorization", $"Bearer {key}");
        }

        with?.Invoke(request);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _http.SendAsync(request, limit.Token);
    }

    /// <summary>Sends bytes as they are and reads all that comes back until the other side closes.</summary>
    public async Task<string> RawAsync(string request, TimeSpan? within = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint);
        var answer = new StringBuilder();
        var buffer = new byte[16384];
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(10));
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), limit.Token);
            for (int n; (n = await socket.ReceiveAsync(buffer, limit.Token)) > 0; )
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, n));
            }
        }
        catch (SocketException)
        {
            answer.Append("<reset>");
        }
        catch (OperationCanceledException)
        {
            answer.Append("<open>");
        }

        return answer.ToString();
    }

    public SessionControl ControlOf(Caller caller) => _sessions[_served[caller].Session.Id];

    public ValueTask<ServedSession?> EnterAsync(Caller caller, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            _served.ContainsKey(caller) || _served.Count < MaxSessions ? _served.GetOrAdd(caller, Open) : null
        );

    public void Leave(ServedSession session, bool wasGranted) { }

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id)?.Session;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ILease>(new Lease());

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Approval>(default);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Agent.DisposeAsync();
        _http.Dispose();
    }

    private ServedSession Open(Caller caller)
    {
        var (session, control) = Session.Open(
            SessionId.New(),
            _manifest,
            Policy.Compile(_manifest),
            "operator",
            false,
            caller.User
        );
        control.Start().ShouldBeTrue();
        _sessions[session.Id] = control;
        return new ServedSession(
            session,
            $"token-of-{caller.Kind}-{caller.Name}",
            """{"anthropic":"http://127.0.0.1:1"}"""
        );
    }

    private sealed class Lease : ILease
    {
        public string Handle => "lent";

        public void Apply(Action<ReadOnlyMemory<char>> use) => use(Lent.AsMemory());

        public void Dispose() { }
    }
}
