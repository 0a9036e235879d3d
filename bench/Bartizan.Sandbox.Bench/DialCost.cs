using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Bench;

/// <summary>What a dial into a sandbox takes, beside one on the host's own loopback; one after another, and many at once.</summary>
internal static class DialCost
{
    private const int Port = 8000;
    private const int Together = 32;

    private const string Agent =
        "use Socket; $| = 1; socket(L, AF_INET, SOCK_STREAM, 0); bind(L, sockaddr_in(8000, INADDR_LOOPBACK)) or die; "
        + "listen(L, 4096); print \"up\\n\"; while (accept(C, L)) { close C }";

    /// <summary>Prints the table.</summary>
    public static async Task RunAsync(BubblewrapBackend backend, int dials)
    {
        var plan = new SandboxPlan
        {
            Id = SessionId.New(),
            Command = ["/usr/bin/perl", "-e", Agent],
            Served = [Port, Port + 1],
        };
        await using var sandbox = await backend.PrepareAsync(plan, CancellationToken.None);
        await sandbox.CreateAsync(CancellationToken.None);
        await sandbox.InjectAsync(CancellationToken.None);
        await sandbox.StartAsync(CancellationToken.None);
        await sandbox.Output.ReadExactlyAsync(new byte[3]);
        using var host = new TcpListener(System.Net.IPAddress.Loopback, 0);
        host.Start(4096);
        Console.WriteLine("| what | n | min ms | median ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|");
        for (var round = 0; round < 2; round++)
        {
            await TellAsync("host's loopback", dials, 1, () => HostAsync(host));
            await TellAsync("into a sandbox", dials, 1, () => sandbox.DialAsync(Port, CancellationToken.None));
            await TellAsync(
                $"into a sandbox, {Together} at once",
                dials,
                Together,
                () => sandbox.DialAsync(Port, default)
            );
            await TellAsync("where nobody listens", dials, 1, () => RefusedAsync(sandbox));
        }
    }

    private static async Task<Socket> HostAsync(TcpListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        (await listener.AcceptSocketAsync()).Dispose();
        return socket;
    }

    private static async Task<Socket> RefusedAsync(ISandbox sandbox)
    {
        try
        {
            return await sandbox.DialAsync(Port + 1, CancellationToken.None);
        }
        catch (DialException)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }
    }

    private static async Task TellAsync(string what, int dials, int together, Func<Task<Socket>> dial)
    {
        var took = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, together).Select(_ => SomeAsync()));
        took.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {took.Count} | {took[0]:0.000} | {took[took.Count / 2]:0.000} | {took[took.Count * 99 / 100]:0.000} |"
            )
        );

        async Task SomeAsync()
        {
            for (var i = 0; i < dials / together; i++)
            {
                var clock = Stopwatch.GetTimestamp();
                (await dial()).Dispose();
                lock (took)
                {
                    took.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
                }
            }
        }
    }
}
