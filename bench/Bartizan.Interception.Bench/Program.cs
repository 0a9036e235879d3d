using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Egress.Bench;
using Bartizan.Gateway.Egress;
using Bartizan.Interception.Bench;
using Bartizan.Vault.Authority;

// Requests through a proxy that looks into TLS, beside direct ones: one origin, kept connections, 1 KB and 1 MB. The monitor is
// real, its log only counts. bench/interception/run.sh starts the origin and the peers.
//   serve ORIGIN-PORT AUTHORITY.pem            prints the proxy's port, and runs until its input ends
//   load ORIGIN-PORT NAME=PROXY-PORT…          prints a table; a port of 0 is direct

const int Connections = 8;
const int Rounds = 5;
var round = TimeSpan.FromSeconds(2);
var origin = new IPEndPoint(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture));
if (args[0] == "serve")
{
    await ServeAsync(args[2]);
    return;
}

var sides = args.Skip(2)
    .Select(a => a.Split('='))
    .Select(a => (Name: a[0], Port: int.Parse(a[1], CultureInfo.InvariantCulture)))
    .Select(a => (a.Name, At: a.Port == 0 ? null : new IPEndPoint(IPAddress.Loopback, a.Port)))
    .ToList();
Console.WriteLine(
    $"| requests a second, {Connections} connections, best of {Rounds} | {string.Join(" | ", sides.Select(s => s.Name))} |"
);
Console.WriteLine($"|---|{string.Concat(sides.Select(_ => "---|"))}");
foreach (var path in new[] { "/1k", "/1m" })
{
    var best = new double[sides.Count];
    for (var i = 0; i < Rounds + 1; i++)
    {
        for (var s = 0; s < sides.Count; s++)
        {
            var rate = await Load.RunAsync(sides[s].At, origin, path, Connections, round);

            // The first round warms up.
            best[s] = i == 0 ? 0 : Math.Max(best[s], rate);
        }
    }

    Console.WriteLine(
        $"| {path[1..]} | {string.Join(" | ", best.Select(b => b.ToString("0", CultureInfo.InvariantCulture)))} |"
    );
}

async Task ServeAsync(string authority)
{
    var host = new BenchHost();
    var monitor = new ReferenceMonitor(host, host, host, [], TimeProvider.System, new MonitorOptions());
    using var mint = new CertificateAuthority(new MemoryDisk(), TimeProvider.System);
    await using var proxy = new EgressProxy(
        monitor,
        host,
        new SystemNameResolver(),
        TimeProvider.System,
        new EgressOptions(),
        mint
    );
    var rule = new Rule
    {
        Effect = Effect.Allow,
        Verb = Verb.Http,
        Pattern = $"GET https://localhost:{origin.Port}/**",
        Why = "It is measured.",
        Position = new SourcePosition("bench", 1, 1),
    };
    var manifest = new Manifest
    {
        Agent = "bench",
        Version = 1,
        Layers = [new RuleLayer("manifest", false, [rule])],
        Hosts = ImmutableDictionary<string, HostTerms>.Empty.Add(
            "localhost",
            new HostTerms { CertificateAuthority = authority }
        ),
    };
    var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "uid:0", observe: false);
    host.Add(session);
    control.Start();
    var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    listener.Listen(512);
    Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
    await using var binding = proxy.Bind(session, new EgressListeners { Proxy = listener });
    await Console.In.ReadToEndAsync();
}
