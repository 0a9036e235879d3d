using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Egress.Bench;
using Bartizan.Gateway.Egress;

// Through the egress proxy beside direct and beside a relay that only copies, on loopback, same echo and sink servers: setting a
// connection up to its first echoed byte, moving bytes in bulk (the median of rounds that take turns), and cutting. The monitor is
// real, its log only counts.
//   dotnet run -c Release --project bench/Bartizan.Egress.Bench [-- megabytes]

var megabytes = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1024;
const int SetUps = 2000;
const int WarmUps = 300;
const int Tunnels = 200;
const int Rounds = 7;
const int Chunk = 128 * 1024;

using var echo = Listen();
using var sink = Listen();
using var source = Listen();
_ = ServeAsync(echo, EchoAsync);
_ = ServeAsync(sink, SinkAsync);
_ = ServeAsync(source, SourceAsync);
var (echoAt, sinkAt, sourceAt) = (At(echo), At(sink), At(source));

var host = new BenchHost();
var monitor = new ReferenceMonitor(host, host, host, [], TimeProvider.System, new MonitorOptions());
await using var proxy = new EgressProxy(
    monitor,
    host,
    new SystemNameResolver(),
    TimeProvider.System,
    new EgressOptions()
);
var manifest = new Manifest
{
    Agent = "bench",
    Version = 1,
    Layers = [new RuleLayer("manifest", false, [Allow(echoAt, 1), Allow(sinkAt, 2), Allow(sourceAt, 3)])],
};
var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "uid:0", observe: false);
host.Add(session);
control.Start();
var listener = Listen();
var proxyAt = At(listener);
var binding = proxy.Bind(session, new EgressListeners { Proxy = listener });

Console.WriteLine("| what | direct | a plain relay | through the proxy | of the relay |");
Console.WriteLine("|---|---|---|---|---|");
Way[] echoes = [new(echoAt, null), new(PlainRelay.Start(echoAt), null), new(echoAt, proxyAt)];
var setUps = new List<double[]>();
foreach (var one in echoes)
{
    setUps.Add(await SetUpsAsync(one));
}

Row("set-up to the first byte, p50 ms", [.. setUps.Select(s => Percentile(s, 0.5))]);
Row("set-up to the first byte, p99 ms", [.. setUps.Select(s => Percentile(s, 0.99))]);
Way[] sinks = [new(sinkAt, null), new(PlainRelay.Start(sinkAt), null), new(sinkAt, proxyAt)];
Row($"upload of {megabytes} MB, GB/s", await BulksAsync(sinks, upload: true));
Way[] sources = [new(sourceAt, null), new(PlainRelay.Start(sourceAt), null), new(sourceAt, proxyAt)];
Row($"download of {megabytes} MB, GB/s", await BulksAsync(sources, upload: false));

var tunnels = new List<Socket>();
for (var i = 0; i < Tunnels; i++)
{
    tunnels.Add(await OpenAsync(new Way(echoAt, proxyAt)));
}

var ends = tunnels.Select(EndAsync).ToArray();
var began = Stopwatch.GetTimestamp();
control.End();
await Task.WhenAll(ends);
var last = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
Console.WriteLine(
    FormattableString.Invariant(
        $"| end of a session to the last of {Tunnels} tunnels reset, ms | - | - | {last:0.0} | - |"
    )
);
await binding.DisposeAsync();

void Row(string what, double[] values) =>
    Console.WriteLine(
        FormattableString.Invariant(
            $"| {what} | {values[0]:0.000} | {values[1]:0.000} | {values[2]:0.000} | {values[2] / values[1]:0.00} |"
        )
    );

async Task<double[]> BulksAsync(Way[] ways, bool upload)
{
    var speeds = ways.Select(_ => new List<double>()).ToArray();
    for (var round = 0; round < Rounds; round++)
    {
        for (var i = 0; i < ways.Length; i++)
        {
            speeds[i].Add(await BulkAsync(ways[i], upload));
        }
    }

    return [.. speeds.Select(s => Percentile([.. s.Order()], 0.5))];
}

async Task<double[]> SetUpsAsync(Way way)
{
    var times = new List<double>();
    var one = new byte[1];
    for (var i = 0; i < SetUps + WarmUps; i++)
    {
        var from = Stopwatch.GetTimestamp();
        using var socket = await OpenAsync(way);
        await socket.SendAsync(one);
        await socket.ReceiveAsync(one);
        if (i >= WarmUps)
        {
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
    }

    return [.. times.Order()];
}

async Task<double> BulkAsync(Way way, bool upload)
{
    using var socket = await OpenAsync(way);
    var buffer = new byte[Chunk];
    var bytes = megabytes << 20;
    var from = Stopwatch.GetTimestamp();
    if (upload)
    {
        for (var left = bytes; left > 0; left -= Chunk)
        {
            await socket.SendAsync(buffer);
        }

        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(buffer);
    }
    else
    {
        await socket.SendAsync(BitConverter.GetBytes(bytes));
        for (var got = 0L; got < bytes; )
        {
            var received = await socket.ReceiveAsync(buffer);
            got += received > 0 ? received : throw new IOException("the source ended early");
        }
    }

    return bytes / Stopwatch.GetElapsedTime(from).TotalSeconds / 1e9;
}

static async Task<Socket> OpenAsync(Way way)
{
    var (to, through) = way;
    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    await socket.ConnectAsync(through ?? to);
    if (through is not null)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n"));
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer);
        if (!Encoding.ASCII.GetString(buffer, 0, received).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            throw new IOException("the tunnel was refused");
        }
    }

    return socket;
}

static async Task EndAsync(Socket socket)
{
    try
    {
        await socket.ReceiveAsync(new byte[1]);
    }
    catch (SocketException)
    {
        // Reset: that is the end.
    }
}

static async Task ServeAsync(Socket listener, Func<Socket, Task> serve)
{
    while (true)
    {
        var socket = await listener.AcceptAsync();
        socket.NoDelay = true;
        _ = Task.Run(async () =>
        {
            using (socket)
            {
                await serve(socket);
            }
        });
    }
}

static async Task EchoAsync(Socket socket)
{
    var buffer = new byte[Chunk];
    while (await socket.ReceiveAsync(buffer) is > 0 and var received)
    {
        await socket.SendAsync(buffer.AsMemory(0, received));
    }
}

static async Task SinkAsync(Socket socket)
{
    var buffer = new byte[Chunk];
    while (await socket.ReceiveAsync(buffer) > 0) { }

    await socket.SendAsync(buffer.AsMemory(0, 1));
}

static async Task SourceAsync(Socket socket)
{
    var buffer = new byte[Chunk];
    var asked = await socket.ReceiveAsync(buffer);
    for (var left = BitConverter.ToInt64(buffer.AsSpan(0, asked)); left > 0; left -= Chunk)
    {
        await socket.SendAsync(buffer);
    }
}

static Socket Listen()
{
    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    socket.Listen(512);
    return socket;
}

static IPEndPoint At(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;

static double Percentile(double[] sorted, double at) => sorted[(int)(at * (sorted.Length - 1))];

static Rule Allow(IPEndPoint to, int line) =>
    new()
    {
        Effect = Effect.Allow,
        Verb = Verb.Connect,
        Pattern = to.ToString(),
        Why = "The bench dials it.",
        Position = new SourcePosition("bench", line, 1),
    };
