using System.Net;
using System.Net.Sockets;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing;

/// <summary>Somebody outside is connected to what an agent serves inside.</summary>
public sealed class DialTests
{
    private const int MostConnections = 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dial_reaches_the_agents_listener_and_nobody_elses()
    {
        await using var one = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('one')");
        await using var other = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('other')");

        (await Served.AskAsync(one, "hello")).ShouldBe("one hello\n");
        (await Served.AskAsync(other, "hello")).ShouldBe("other hello\n");
        (await Served.AskAsync(one, "again")).ShouldBe("one again\n");
    }

    [Fact]
    public async Task The_socket_is_one_of_tcp_between_two_ends_of_loopback()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('')");

        using var socket = await Served.DialAsync(sandbox);

        socket.RemoteEndPoint.ShouldBe(new IPEndPoint(IPAddress.Loopback, Served.Port));
        ((IPEndPoint)socket.LocalEndPoint!).Address.ShouldBe(IPAddress.Loopback);
        (socket.SocketType, socket.ProtocolType).ShouldBe((SocketType.Stream, ProtocolType.Tcp));
    }

    [Fact]
    public async Task Who_listens_by_ipv6_alone_is_reached_too()
    {
        await using var sandbox = await Served.StartAsync($"listen_six({Served.Port}); answer('six')");

        (await Served.AskAsync(sandbox, "hello")).ShouldBe("six hello\n");
    }

    [Fact]
    public async Task Before_the_agent_listens_nobody_does_and_then_it_is_reached()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Served.Plan($"<STDIN>; listen_on({Served.Port}, 64); answer('late')")
        );

        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.NobodyListens);
        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.NobodyListens);
        await sandbox.Input.WriteAsync("go\n"u8.ToArray(), Cancellation);
        (await Served.LineAsync(sandbox.Output)).ShouldBe("up");

        (await Served.AskAsync(sandbox, "hello")).ShouldBe("late hello\n");
    }

    [Fact]
    public async Task Many_dials_at_once_each_get_their_own_answer()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 1024); answer('served')");

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Served.AskAsync(sandbox, i)));

        answers.ShouldBe(Enumerable.Range(0, 500).Select(static i => $"served {i}\n"));
    }

    [Fact]
    public async Task Connections_are_bounded_and_one_that_is_closed_makes_room()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 4096); sleep 1000");
        var open = await Task.WhenAll(Enumerable.Range(0, MostConnections).Select(_ => Served.DialAsync(sandbox)));

        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.TooMany);
        open[7].Dispose();

        using var another = await Served.DialAsync(sandbox);
        another.Connected.ShouldBeTrue();
        Array.ForEach(open, static socket => socket.Dispose());
    }

    [Fact]
    public async Task A_paused_agent_answers_when_it_is_resumed()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('served')");
        await sandbox.PauseAsync(Cancellation);

        var asking = Served.AskAsync(sandbox, "hello");
        using (var waiting = await Served.DialAsync(sandbox))
        {
            waiting.Poll(0, SelectMode.SelectRead).ShouldBeFalse();
        }

        asking.IsCompleted.ShouldBeFalse();
        await sandbox.ResumeAsync(Cancellation);

        (await asking).ShouldBe("served hello\n");
    }

    [Fact]
    public async Task Whoever_dials_can_give_up()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 0); sleep 1000");
        using var giving = new CancellationTokenSource();
        var dials = Enumerable.Range(0, 8).Select(_ => sandbox.DialAsync(Served.Port, giving.Token)).ToList();
        using var first = await await Task.WhenAny(dials);

        await giving.CancelAsync();

        // The kernel lets one or two wait, by how full the queue was in the moment; the others gave up.
        var ends = await Task.WhenAll(dials.Select(static dial => dial.ContinueWith(static end => end.Status)));
        ends.Count(static end => end == TaskStatus.Canceled).ShouldBeGreaterThan(4);
        foreach (var dial in dials.Where(static dial => dial.IsCompletedSuccessfully))
        {
            (await dial).Dispose();
        }
    }

    [Fact]
    public async Task A_sandbox_that_has_ended_is_not_dialed()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 64)");
        await sandbox.Exited;

        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
    }

    [Fact]
    public async Task The_receipt_says_what_is_dialed_where_something_is()
    {
        await using var serves = await Served.StartAsync("print \"up\\n\"", 8000, 9000);
        await using var other = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/true"));

        serves.Receipt.Layers.Single(static layer => layer.Name == "dialed").Tier.ShouldBe("ports 8000, 9000");
        other.Receipt.Layers.ShouldNotContain(static layer => layer.Name == "dialed");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    [InlineData(1023)]
    [InlineData(65536)]
    [InlineData(3128)]
    [InlineData(3180)]
    [InlineData(5432)]
    [InlineData(8080)]
    [InlineData(8081)]
    public void A_port_that_is_our_own_or_that_no_agent_can_listen_on_is_no_port_to_serve_on(int port) =>
        ServedPorts.Problem(Sandboxes.Plan("/usr/bin/true") with { Served = [port] }).ShouldNotBeNull();

    [Fact]
    public async Task None_of_a_sandboxs_own_listeners_can_be_served_on()
    {
        await using var sandbox = await Served.StartAsync("print \"up\\n\"; sleep 1000");

        var own = sandbox
            .Listeners.All.Select(static listener => ((IPEndPoint)listener.LocalEndPoint!).Port)
            .Distinct();

        own.Count().ShouldBeGreaterThan(6);
        foreach (var port in own)
        {
            ServedPorts.Problem(Sandboxes.Plan("/usr/bin/true") with { Served = [port] }).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task A_plan_that_serves_without_a_network_is_refused()
    {
        Sandboxes.Need();
        var plan = Served.Plan("") with { Network = false };

        var refused = await Should.ThrowAsync<SandboxUnavailableException>(async () =>
            await Sandboxes.Backend.PrepareAsync(plan, Cancellation)
        );

        refused.Message.ShouldContain("without a network");
    }
}
