using System.Net;
using System.Net.Sockets;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Tests.Dialing.Attacks;

/// <summary>Whoever spoke in the place of the helper could hand over what it likes: nothing of it is connected or handed out.</summary>
public sealed class UntrueHelperTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_no_tcp_socket_of_that_network_is_never_connected()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var own = NetworkSocket.OwnNetwork().ShouldNotBeNull();
        (string Name, ulong Network, Func<List<Descriptor>> Make)[] lies =
        [
            ("a socket of the host's network", own + 1, static () => [Tcp(AddressFamily.InterNetwork)]),
            ("a socket of IPv6", own, static () => [Tcp(AddressFamily.InterNetworkV6)]),
            ("a datagram socket", own, static () => [Make(new Socket(SocketType.Dgram, ProtocolType.Udp))]),
            (
                "a Unix socket",
                own,
                static () => [Make(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))]
            ),
            ("a pipe", own, static () => [Descriptor.Pipe().Writer]),
            ("a file", own, static () => [Descriptor.Open("/dev/null", Libc.O_RDWR)]),
            ("two sockets", own, static () => [Tcp(AddressFamily.InterNetwork), Tcp(AddressFamily.InterNetwork)]),
            ("no socket", own, static () => []),
        ];
        foreach (var (name, network, make) in lies)
        {
            await using var helper = await FeignedMaker.StartAsync(network, canary, TimeProvider.System);
            var dial = helper.Dialer.DialAsync(helper.Port, Cancellation);
            await helper.AnswerAsync("S", make());

            (await Should.ThrowAsync<DialException>(() => dial)).Failure.ShouldBe(DialFailure.Unreachable, name);
        }

        canary.Pending().ShouldBeFalse();

        // The control: the same with what it should be is connected.
        await using var honest = await FeignedMaker.StartAsync(own, canary, TimeProvider.System);
        var connecting = honest.Dialer.DialAsync(honest.Port, Cancellation);
        await honest.AnswerAsync("S", [Tcp(AddressFamily.InterNetwork)]);
        using var connected = await connecting;
        canary.Pending().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_connected_to_something_already_is_not_handed_out()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        elsewhere.Start();
        await using var helper = await FeignedMaker.StartAsync(
            NetworkSocket.OwnNetwork()!.Value,
            canary,
            TimeProvider.System
        );
        var dial = helper.Dialer.DialAsync(helper.Port, Cancellation);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(elsewhere.LocalEndpoint, Cancellation);
        await helper.AnswerAsync("S", [Make(socket)]);

        await Should.ThrowAsync<Exception>(() => dial);
    }

    [Fact]
    public async Task One_that_says_nothing_ends_with_its_time_and_with_every_later_dial()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var time = new FiredTime();
        await using var helper = await FeignedMaker.StartAsync(1, canary, time);
        var dial = helper.Dialer.DialAsync(helper.Port, Cancellation);
        await helper.AskedAsync();

        time.Fire();

        (await Should.ThrowAsync<DialException>(() => dial)).Failure.ShouldBe(DialFailure.Ended);
        (
            await Should.ThrowAsync<DialException>(() => helper.Dialer.DialAsync(helper.Port, Cancellation))
        ).Failure.ShouldBe(DialFailure.Ended);
    }

    [Fact]
    public async Task A_dial_that_the_agent_lets_wait_ends_with_its_time()
    {
        using var full = new TcpListener(IPAddress.Loopback, 0);
        full.Start(backlog: 0);
        var time = new FiredTime();
        await using var helper = await FeignedMaker.StartAsync(NetworkSocket.OwnNetwork()!.Value, full, time);
        List<Task<Socket>> dials = [];
        for (var i = 0; i < 4; i++)
        {
            dials.Add(helper.Dialer.DialAsync(helper.Port, Cancellation));
            await helper.AnswerAsync("S", [Tcp(AddressFamily.InterNetwork)]);
        }

        // One at a time is answered: when the next one's answer is heard, the last one has its socket.
        var next = helper.Dialer.DialAsync(helper.Port, Cancellation);
        await helper.AnswerAsync("none", []);
        (await Should.ThrowAsync<DialException>(() => next)).Failure.ShouldBe(DialFailure.Unreachable);
        using var connected = await await Task.WhenAny(dials);
        time.Fire();

        (await Should.ThrowAsync<DialException>(() => dials[^1])).Failure.ShouldBe(DialFailure.TimedOut);
    }

    [Fact]
    public async Task An_answer_that_came_after_its_dial_was_given_up_is_nobody_elses()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        await using var helper = await FeignedMaker.StartAsync(
            NetworkSocket.OwnNetwork()!.Value,
            canary,
            TimeProvider.System
        );
        using var giving = new CancellationTokenSource();
        var given = helper.Dialer.DialAsync(helper.Port, giving.Token);
        await helper.AskedAsync();
        await giving.CancelAsync();
        var next = helper.Dialer.DialAsync(helper.Port, Cancellation);

        helper.Answer("S", [Tcp(AddressFamily.InterNetwork)]);
        await Should.ThrowAsync<OperationCanceledException>(() => given);
        await helper.AnswerAsync("S", [Tcp(AddressFamily.InterNetwork)]);

        using var connected = await next;
        connected.RemoteEndPoint.ShouldBe(canary.LocalEndpoint);
    }

    private static Descriptor Tcp(AddressFamily family) =>
        Make(new Socket(family, SocketType.Stream, ProtocolType.Tcp));

    private static Descriptor Make(Socket socket)
    {
        using (socket)
        {
            using var held = new Descriptor((int)socket.SafeHandle.DangerousGetHandle());
            var copy = held.Duplicate();
            held.SetHandleAsInvalid();
            return copy;
        }
    }
}
