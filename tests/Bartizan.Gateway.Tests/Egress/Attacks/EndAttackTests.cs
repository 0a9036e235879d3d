using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress.Attacks;

/// <summary>P19 to P22, P28, P31, P32: holding on, wearing out, and what is left after the end.</summary>
public sealed class EndAttackTests
{
    /// <summary>P31: after the end of the session nothing passes: not in tunnels, not in streams, not in new connections.</summary>
    [Theory]
    [InlineData("end")]
    [InlineData("cut")]
    public async Task The_end_of_a_session_cuts_everything(string how)
    {
        await using var house = new EgressHouse(
            "allow: connect good.example:5432",
            "allow: http GET http://good.example/**"
        );
        await using var tunnelled = Canary.Echo();
        house.Outside("good.example", tunnelled);
        var wires = new List<Wire>();
        for (var i = 0; i < 20; i++)
        {
            var wire = await house.TunnelAsync("good.example:5432");
            await wire.SendAsync("x");
            (await wire.TakeAsync(1)).ShouldBe("x");
            wires.Add(wire);
        }

        await using var streaming = new Canary(
            async (canary, socket) =>
            {
                await canary.HearHeadAsync(socket);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"u8.ToArray());
                await canary.HearAsync(socket, new byte[1]);
            }
        );
        house.Network.Behind(TestNetwork.Public, streaming.Address);
        var stream = await house.WireAsync();
        await stream.SendAsync("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n");
        await stream.HeadAsync();
        (await stream.TakeAsync(1)).ShouldBe("x");

        if (how == "end")
        {
            house.Control.End().ShouldBeTrue();
        }
        else
        {
            house.Binding.Cut();
        }

        foreach (var wire in wires.Append(stream))
        {
            (await wire.RestAsync()).ShouldBeNull("a cut is a reset, not an orderly end");
            wire.Dispose();
        }

        await house.Binding.DisposeAsync();
        await Should.ThrowAsync<SocketException>(() => house.WireAsync());
        await Should.ThrowAsync<SocketException>(() => Wire.OpenAsync(house.TlsAddress));
        house.Host.Entries.Count(e => e.Kind == EntryKind.Outcome).ShouldBe(21);
    }

    /// <summary>P31: a session that has ended opens nothing, on a connection that was there before.</summary>
    [Fact]
    public async Task A_connection_from_before_the_end_opens_nothing_after_it()
    {
        await using var house = new EgressHouse();
        var (session, control) = house.Open("allow: http GET http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        var shared = EgressHouse.Listen(System.Net.IPAddress.Loopback);
        var address = (System.Net.IPEndPoint)shared.LocalEndPoint!;
        await using var attachment = house.Proxy.AcceptAttached(shared);
        using var wire = await Wire.OpenAsync(address);
        var request =
            $"GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nProxy-Authorization: Bearer {TestHost.TokenOf(session)}\r\n\r\n";
        await wire.SendAsync(request);
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        await wire.TakeAsync(5);
        control.End().ShouldBeTrue();
        await wire.TrySendAsync(System.Text.Encoding.ASCII.GetBytes(request));
        (await wire.HeadAsync()).ShouldNotStartWith("HTTP/1.1 200");
        canary.Hits.ShouldBe(1);
    }

    /// <summary>P28: a head that drips, a hello that drips, a connection that says nothing.</summary>
    [Theory]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: go")]
    [InlineData("")]
    public async Task A_client_that_holds_its_head_back_is_let_go(string start)
    {
        await using var house = new EgressHouse(Impatient, "allow: connect good.example:443");
        using var wire = await house.WireAsync();
        await wire.SendAsync(start);
        await wire.EndAsync();
    }

    [Fact]
    public async Task A_hello_that_never_ends_is_let_go()
    {
        await using var house = new EgressHouse(Impatient, "allow: connect good.example:443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.TunnelAsync("good.example:443");
        await wire.SendAsync(Hello.For("good.example").AsMemory(0, 20));
        await wire.EndAsync();
        canary.Heard.ShouldBeEmpty();
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("too slowly");
    }

    [Fact]
    public async Task A_head_without_end_is_let_go_at_its_bound()
    {
        await using var house = new EgressHouse(
            new EgressOptions { MaxHeadBytes = 16 * 1024 },
            "allow: connect good.example:443"
        );
        using var wire = await house.WireAsync();
        await wire.TrySendAsync(
            System.Text.Encoding.ASCII.GetBytes("GET http://good.example/" + new string('a', 40_000))
        );
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 400");
    }

    [Fact]
    public async Task A_tunnel_in_which_nothing_moves_is_let_go()
    {
        await using var house = new EgressHouse(
            new EgressOptions { IdleWithin = TimeSpan.FromMilliseconds(200) },
            "allow: connect good.example:5432"
        );
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.TunnelAsync("good.example:5432");
        (await wire.RestAsync()).ShouldBeNull();
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail.ShouldBe("nothing moved for too long");
    }

    /// <summary>P28: more connections than the bound are closed at once; those before it live on.</summary>
    [Fact]
    public async Task Ten_thousand_connections_are_bounded()
    {
        await using var house = new EgressHouse(
            new EgressOptions { MaxConnections = 8 },
            "allow: connect good.example:5432"
        );
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        var held = new List<Wire>();
        for (var i = 0; i < 8; i++)
        {
            held.Add(await house.TunnelAsync("good.example:5432"));
        }

        for (var i = 0; i < 500; i++)
        {
            try
            {
                using var more = await house.WireAsync();
                await more.TrySendAsync("CONNECT good.example:5432 HTTP/1.1\r\n\r\n"u8.ToArray());
                (await more.HeadAsync()).ShouldBeEmpty();
            }
            catch (SocketException)
            {
                // Closed before the handshake's end was seen: bounded as well.
            }
        }

        canary.Hits.ShouldBe(8);
        await held[0].SendAsync("alive");
        (await held[0].TakeAsync(5)).ShouldBe("alive");
        held.ForEach(wire => wire.Dispose());
    }

    /// <summary>P19: names are the cheapest way to carry data out; here they reach nobody.</summary>
    [Fact]
    public async Task Data_in_dns_names_reaches_nobody_and_is_recorded()
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        for (var i = 0; i < 100; i++)
        {
            var answer = await house.AskDnsAsync(
                Question.Of(
                    $"c2VjcmV0-{i}.evil.example",
                    (i % 3) switch
                    {
                        0 => Question.A,
                        1 => Question.Aaaa,
                        _ => Question.Text,
                    }
                )
            );
            answer.Length.ShouldBeLessThan(Question.Of($"c2VjcmV0-{i}.evil.example").Length + 17);
        }

        house.Network.Asked.ShouldBeEmpty();
        house.Host.Entries.Where(e => e.Kind == EntryKind.Refusal).Sum(e => e.Count).ShouldBe(100);
    }

    /// <summary>P22: above the rate nothing is answered, nothing is kept and nothing is recorded.</summary>
    [Fact]
    public async Task A_flood_of_names_is_bounded()
    {
        await using var house = new EgressHouse(
            new EgressOptions
            {
                DnsBurst = 50,
                DnsPerSecond = 1,
                MaxFakeNames = 16,
            }
        );
        using var flood = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await flood.ConnectAsync(house.DnsAddress);
        for (var i = 0; i < 5000; i++)
        {
            await flood.SendAsync(Question.Of($"n{i}.evil.example"));
        }

        var buffer = new byte[600];
        for (var i = 0; i < 40; i++)
        {
            (await flood.ReceiveAsync(buffer).Soon()).ShouldBeGreaterThan(0);
        }

        house.Host.Entries.Where(e => e.Kind == EntryKind.Refusal).Sum(e => e.Count).ShouldBeLessThan(100);
        house.Network.Asked.ShouldBeEmpty();
    }

    /// <summary>P21: no rule, no DNS over TLS or HTTPS either.</summary>
    [Theory]
    [InlineData("1.1.1.1:853")]
    [InlineData("dns.google:443")]
    [InlineData("cloudflare-dns.com:443")]
    public async Task Encrypted_dns_is_a_host_like_any_other(string to)
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        (await house.AskAsync($"CONNECT {to} HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
    }

    /// <summary>Nobody's session, and an instance that denies everything.</summary>
    [Fact]
    public async Task An_instance_whose_switch_is_off_lets_nothing_out()
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        house.Host.FleetRunning = false;
        (await house.AskAsync("CONNECT good.example:443 HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
    }

    private static EgressOptions Impatient { get; } =
        new() { HeadWithin = TimeSpan.FromSeconds(2), NextRequestWithin = TimeSpan.FromSeconds(2) };
}
