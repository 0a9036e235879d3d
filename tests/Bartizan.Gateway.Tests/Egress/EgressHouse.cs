using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Git;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>One session behind a real monitor and a real proxy on loopback sockets, with a network of its own outside.</summary>
internal sealed class EgressHouse : IAsyncDisposable
{
    /// <summary>The first fake address that a session gets.</summary>
    public static readonly IPAddress FirstFake = IPAddress.Parse("127.1.0.1");

    private readonly Socket _dns;
    private readonly CredentialSource[] _credentials;
    private readonly GuardTerms? _guards;
    private readonly ImmutableDictionary<string, HostTerms> _hosts;
    private readonly ImmutableDictionary<string, GitHost> _git;

    public EgressHouse(params string[] rules)
        : this(new EgressOptions(), rules) { }

    public EgressHouse(EgressOptions options, params string[] rules)
        : this(options, null, rules) { }

    public EgressHouse(GuardTerms guards, params string[] rules)
        : this(new EgressOptions(), guards, rules) { }

    public EgressHouse(
        ICertificateMint mint,
        ImmutableDictionary<string, HostTerms> hosts,
        GuardTerms? guards,
        string[] rules,
        params CredentialSource[] credentials
    )
        : this(new EgressOptions(), guards, rules, mint, hosts, credentials) { }

    private EgressHouse(
        EgressOptions options,
        GuardTerms? guards,
        string[] rules,
        ICertificateMint? mint = null,
        ImmutableDictionary<string, HostTerms>? hosts = null,
        CredentialSource[]? credentials = null,
        GitHost? git = null
    )
    {
        _guards = guards;
        _credentials = credentials ?? [];
        _git = git is null ? [] : ImmutableDictionary<string, GitHost>.Empty.Add(git.Name, git);
        _hosts = hosts ?? [];
        Monitor = new ReferenceMonitor(
            Host,
            Host,
            Host,
            [new ContentGuard(Host, Host, TimeProvider.System)],
            TimeProvider.System,
            new MonitorOptions(),
            new BudgetLedger(PriceTable.Empty, TimeProvider.System)
        );
        var forwarder = new GitForwarder(Host);
        Proxy = new EgressProxy(
            Monitor,
            Host,
            Network,
            Network,
            TimeProvider.System,
            options,
            mint,
            Injector(),
            forwarder
        );
        (Session, Control) = Open(rules);
        var (proxy, http, tls) = (Listen(IPAddress.Loopback), Listen(FirstFake), Listen(FirstFake));
        var any = Listen(FirstFake);
        _dns = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _dns.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (ProxyAddress, HttpAddress, TlsAddress, DnsAddress) = (At(proxy), At(http), At(tls), At(_dns));
        AnyAddress = At(any);
        Binding = Proxy.Bind(
            Session,
            new EgressListeners
            {
                Proxy = proxy,
                CaptureHttp = http,
                CaptureTls = tls,
                CaptureAny = any,
                Dns = _dns,
            }
        );
    }

    /// <summary>One whose manifest has a Git host.</summary>
    public static EgressHouse WithGit(
        GitHost git,
        string[] rules,
        EgressOptions? options = null,
        HostTerms? terms = null
    ) =>
        new(
            options ?? new EgressOptions(),
            null,
            rules,
            hosts: terms is null ? [] : ImmutableDictionary<string, HostTerms>.Empty.Add(git.Host.ToString(), terms),
            git: git
        );

    /// <summary>One whose manifest says how much of a host a session may have.</summary>
    public static EgressHouse Limiting(string host, HostTerms terms, params string[] rules) =>
        new(new EgressOptions(), null, rules, hosts: ImmutableDictionary<string, HostTerms>.Empty.Add(host, terms));

    public PlaceholderBook Placeholders { get; } = new();

    public TestHost Host { get; } = new();

    public TestNetwork Network { get; } = new();

    public ReferenceMonitor Monitor { get; }

    public EgressProxy Proxy { get; }

    public Session Session { get; }

    public SessionControl Control { get; }

    public EgressBinding Binding { get; }

    public IPEndPoint ProxyAddress { get; }

    public IPEndPoint HttpAddress { get; }

    public IPEndPoint TlsAddress { get; }

    public IPEndPoint DnsAddress { get; }

    /// <summary>Some other port of the first fake address.</summary>
    public IPEndPoint AnyAddress { get; }

    /// <summary>Opens another running session.</summary>
    public (Session Session, SessionControl Control) Open(params string[] rules)
    {
        var manifest = Rules.Manifest(rules) with
        {
            Hosts = _hosts,
            Git = _git,
            Credentials = _credentials.ToImmutableDictionary(c => c.Name),
        };
        if (_guards is not null)
        {
            var key = new CredentialSource("key", CredentialOrigin.Variable, "KEY");
            manifest = manifest with { Guards = _guards, Credentials = manifest.Credentials.Add("key", key) };
        }

        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            "uid:0",
            observe: false
        );
        Placeholders.VariablesOf(session);
        Host.Add(session);
        control.Start();
        return (session, control);
    }

    /// <summary>Puts a canary at a public address and gives it a name.</summary>
    public void Outside(string name, Canary canary)
    {
        Network.Name(name, TestNetwork.Public.ToString());
        Network.Behind(TestNetwork.Public, canary.Address);
    }

    public Task<Wire> WireAsync() => Wire.OpenAsync(ProxyAddress);

    /// <summary>One request through the proxy on a connection of its own; everything it answers.</summary>
    public async Task<string> AskAsync(string request)
    {
        using var wire = await WireAsync();
        return await wire.AskAsync(request);
    }

    /// <summary>A tunnel that stands.</summary>
    public async Task<Wire> TunnelAsync(string to)
    {
        var wire = await WireAsync();
        await wire.SendAsync($"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        return wire;
    }

    /// <summary>Sends one datagram to the resolver and gives its answer.</summary>
    public async Task<byte[]> AskDnsAsync(byte[] query)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(DnsAddress);
        await socket.SendAsync(query);
        var buffer = new byte[2048];
        var received = await socket.ReceiveAsync(buffer).Soon();
        return buffer[..received];
    }

    public static Socket Listen(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen(128);
        return socket;
    }

    public async ValueTask DisposeAsync() => await Proxy.DisposeAsync();

    private Injector Injector() =>
        new(Host, Host, Placeholders, new PlaceholderFindings(Host), SecretSearch.Of, TimeProvider.System);

    private static IPEndPoint At(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;
}
