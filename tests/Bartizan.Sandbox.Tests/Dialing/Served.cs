using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing;

/// <summary>Agents that serve, and who dials them.</summary>
internal static class Served
{
    public const int Port = 8000;

    /// <summary>Perl that listens: <c>listen_on(port, queue)</c> by IPv4, <c>listen_six(port)</c>; <c>answer</c> tells each who it speaks with.</summary>
    private const string Library = """
        use Socket qw(:all); $| = 1; $SIG{PIPE} = 'IGNORE';
        sub listen_on { socket(L, AF_INET, SOCK_STREAM, 0); setsockopt(L, SOL_SOCKET, SO_REUSEADDR, 1);
            bind(L, sockaddr_in($_[0], INADDR_LOOPBACK)) or die "bind: $!"; listen(L, $_[1]) or die "listen: $!"; print "up\n" }
        sub listen_six { socket(L, AF_INET6, SOCK_STREAM, 0); setsockopt(L, IPPROTO_IPV6, IPV6_V6ONLY, 1);
            bind(L, pack_sockaddr_in6($_[0], inet_pton(AF_INET6, "::1"))) or die "bind: $!"; listen(L, 64); print "up\n" }
        sub answer { while (accept(C, L)) { my $line = <C>; syswrite C, "$_[0] $line"; close C } }
        """;

    /// <summary>The words of a program that runs this Perl.</summary>
    public static string[] Perl(string script) => ["/usr/bin/perl", "-e", Library + script];

    /// <summary>A plan that serves on <see cref="Port"/> by this Perl.</summary>
    public static SandboxPlan Plan(string script, params int[] ports) =>
        Sandboxes.Plan(Perl(script)) with
        {
            Served = ports.Length > 0 ? [.. ports] : [Port],
        };

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ISandbox> StartAsync(string script, params int[] ports)
    {
        var sandbox = await Sandboxes.StartAsync(Plan(script, ports));
        try
        {
            (await LineAsync(sandbox.Output)).ShouldBe("up");
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public static Task<Socket> DialAsync(ISandbox sandbox, int port = Port) =>
        sandbox.DialAsync(port, TestContext.Current.CancellationToken);

    /// <summary>Dials, says a word, and gives what came back until the end.</summary>
    public static async Task<string> AskAsync(ISandbox sandbox, object word, int port = Port)
    {
        using var socket = await DialAsync(sandbox, port);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{word}\n")),
            TestContext.Current.CancellationToken
        );
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Why a dial came to nothing.</summary>
    public static async Task<DialFailure> FailureAsync(ISandbox sandbox, int port = Port) =>
        (await Should.ThrowAsync<DialException>(async () => (await DialAsync(sandbox, port)).Dispose())).Failure;

    public static async Task<string> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, TestContext.Current.CancellationToken) == 1 && one[0] != (byte)'\n')
        {
            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }
}
