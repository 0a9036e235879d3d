using System.Collections.Concurrent;
using System.Collections.Immutable;
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
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tests.Tools;
using Bartizan.Guards.Classifiers;
using Bartizan.Guards.Contents;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>
/// A model gateway with the real monitor and the real policy, a log in memory, and two sessions: `mine` and `other`, each
/// with an injected listener and a token of its own.
/// </summary>
internal sealed class GatewayUnderTest : IAsyncDisposable, ISessions, ISessionTokens, ICredentialLender, IApprovals
{
    public const string ProviderKey = "sk-provider-9999";
    public const string Token = "bz-token-of-mine-000000000000";
    public const string OtherToken = "bz-token-of-other-111111111111";

    private readonly Dictionary<SessionId, Session> _sessions = [];
    private readonly Dictionary<string, SessionId> _tokens = [];
    private readonly SocketsHttpHandler _handler = new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    private GatewayUnderTest(string manifest)
    {
        Http = new HttpMessageInvoker(_handler);
        (Mine, MineControl) = Open(manifest, Token);
        (Other, OtherControl) = Open(manifest, OtherToken);
    }

    public MemoryJournal Journal { get; } = new();

    public BudgetLedger Ledger { get; } = new(PriceTable.BuiltIn, TimeProvider.System);

    public HttpMessageInvoker Http { get; }

    public Session Mine { get; }

    public SessionControl MineControl { get; }

    public Session Other { get; }

    public SessionControl OtherControl { get; }

    public ModelGateway Gateway { get; private set; } = null!;

    private ClassifierGuard _classifiers = null!;

    public IDisposable Listener { get; private set; } = null!;

    public IPEndPoint EndPoint { get; private set; } = null!;

    public bool FleetRunning => true;

    public bool CredentialThere { get; set; } = true;

    /// <summary>Both wires at one upstream, every model but `secret-*`.</summary>
    public static string Manifest(Uri upstream, string rules = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            models:
              anthropic: { api: anthropic, url: "{{upstream}}", with: provider-key }
              openai: { api: openai, url: "{{upstream}}v1", with: provider-key }
            credentials:
              provider-key: { from: env:PROVIDER_KEY }
            rules:
              - allow: model anthropic/claude-*
                why: Tests call it.
              - allow: model anthropic/fake-*
                why: Tests call it.
              - allow: model openai/{gpt,text,fake}-*
                why: Tests call it.
              - deny: model openai/gpt-secret-*
                why: Tests see it refused.
            {{rules}}
            """;

    public static async Task<GatewayUnderTest> StartAsync(
        Uri upstream,
        ModelGatewayOptions? options = null,
        string? manifest = null,
        TimeProvider? clock = null
    )
    {
        var house = new GatewayUnderTest(manifest ?? Manifest(upstream));
        house._classifiers = new ClassifierGuard(house, TimeProvider.System);
        var monitor = new ReferenceMonitor(
            house,
            house.Journal,
            house,
            [new ContentGuard(house, house, TimeProvider.System), house._classifiers],
            TimeProvider.System,
            new MonitorOptions(),
            house.Ledger
        );
        house.Gateway = await ModelGateway.StartAsync(
            monitor,
            house,
            house,
            house,
            clock ?? TimeProvider.System,
            options ?? new ModelGatewayOptions(),
            CancellationToken.None
        );
        (house.Listener, house.EndPoint) = house.Inject(house.Mine);
        return house;
    }

    public (IDisposable Listener, IPEndPoint EndPoint) Inject(Session session)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        var endPoint = (IPEndPoint)socket.LocalEndPoint!;
        return (Gateway.Accept(session, socket), endPoint);
    }

    public async Task<HttpResponseMessage> SendAsync(
        string path,
        string? body,
        Action<HttpRequestMessage>? with = null,
        IPEndPoint? to = null,
        string token = Token,
        CancellationToken cancellationToken = default
    )
    {
        var request = new HttpRequestMessage(
            body is null ? HttpMethod.Get : HttpMethod.Post,
            $"http://{to ?? EndPoint}{path}"
        );
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        request.Headers.Add("x-api-key", token);
        with?.Invoke(request);
        return await Http.SendAsync(request, cancellationToken);
    }

    /// <summary>Sends bytes as they are and reads all that comes back until the other side closes.</summary>
    public async Task<string> SendRawAsync(string request, IPEndPoint? to = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to ?? EndPoint);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[16384];
        using var limit = new CancellationTokenSource(Wait.Long);
        try
        {
            for (int n; (n = await socket.ReceiveAsync(buffer, limit.Token)) > 0; )
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, n));
            }
        }
        catch (SocketException)
        {
            answer.Append("<reset>");
        }

        return answer.ToString();
    }

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    public SessionId? Verify(ReadOnlySpan<char> token) => _tokens.TryGetValue(token.ToString(), out var id) ? id : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        CredentialThere
            ? ValueTask.FromResult<ILease>(new Lease())
            : throw new CredentialUnavailableException("the credential `provider-key` isn't set");

    /// <summary>Whoever is asked; nobody answers when it is null.</summary>
    public Func<ApprovalRequest, Task<Approval>>? Asked { get; set; }

    /// <summary>Called when whoever asked wants no answer any more.</summary>
    public Action? Withdrawn { get; set; }

    public async ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return Asked is { } asked ? await asked(request).WaitAsync(cancellationToken) : default;
        }
        catch (OperationCanceledException)
        {
            Withdrawn?.Invoke();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _classifiers.DisposeAsync();
        Http.Dispose();
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
        public string Handle => "provider-key";

        public void Apply(Action<ReadOnlyMemory<char>> use) => use(ProviderKey.AsMemory());

        public void Dispose() { }
    }

    /// <summary>A log in memory; an intent can be held back as a slow disk would.</summary>
    internal sealed class MemoryJournal : IJournal
    {
        private readonly ConcurrentQueue<(Entry Entry, TaskCompletionSource Seen)> _waits = new();

        public ConcurrentQueue<Entry> Entries { get; } = new();

        public Func<Entry, Task>? BeforeDurable { get; set; }

        public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
        {
            if (BeforeDurable is { } wait)
            {
                await wait(entry);
            }

            Entries.Enqueue(entry);
            return Entries.Count;
        }

        public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
        {
            Entries.Enqueue(entry);
            return ValueTask.CompletedTask;
        }

        public Entry Only(EntryKind kind) => Entries.Single(entry => entry.Kind == kind);

        public async Task<Entry> OutcomeAsync()
        {
            await Entries.WaitForAsync(entry => entry.Kind == EntryKind.Outcome);
            return Only(EntryKind.Outcome);
        }
    }
}
