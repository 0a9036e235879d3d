using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tests.Egress.Attacks;

/// <summary>P09, P10, P15: what a tunnel carries, against what it was allowed for.</summary>
public sealed class TlsAttackTests
{
    public static TheoryData<string, byte[]> Fronting =>
        new()
        {
            { "another name", Hello.For("evil.example") },
            { "another name in pieces", Hello.For("evil.example", 3) },
            { "a name below", Hello.For("a.good.example") },
            { "no name", Hello.For(null) },
            { "two names", Hello.For(null, int.MaxValue, (0, Hello.ServerName("good.example", "evil.example"))) },
            { "two extensions", Hello.For("good.example", int.MaxValue, (0, Hello.ServerName("evil.example"))) },
            { "ech", Hello.For("good.example", int.MaxValue, (0xFE0D, [0, 0, 1, 0, 1, 7, 0, 1, 2, 0, 1, 3])) },
            { "esni", Hello.For("good.example", int.MaxValue, (0xFFCE, [1, 2, 3])) },
            { "ssh", Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.9\r\n") },
            { "http", Encoding.ASCII.GetBytes("POST /secret HTTP/1.1\r\nHost: good.example\r\n\r\n") },
            { "tls application data", [23, 3, 3, 0, 5, 1, 2, 3, 4, 5] },
            { "ssl 2", [128, 46, 1, 3, 1] },
            { "server hello", Hello.Records([2, 0, 0, 2, 3, 3], int.MaxValue) },
            { "a record of nothing", [22, 3, 1, 0, 0] },
        };

    [Theory]
    [MemberData(nameof(Fronting))]
    public async Task A_tunnel_to_443_carries_tls_to_its_own_name_or_nothing(string what, byte[] bytes)
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using (var wire = await house.TunnelAsync("good.example:443"))
        {
            await wire.SendAsync(bytes);
            await wire.EndAsync();
        }

        canary.Heard.ShouldBeEmpty(what);
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Target.ShouldBe("good.example:443");
        await ControlAsync(house, canary);
    }

    /// <summary>The check can't be slipped by sending the hello before the answer to CONNECT.</summary>
    [Fact]
    public async Task A_hello_that_rides_behind_connect_is_checked_too()
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using (var wire = await house.WireAsync())
        {
            byte[] both = [.. "CONNECT good.example:443 HTTP/1.1\r\n\r\n"u8, .. Hello.For("evil.example")];
            await wire.SendAsync(both);
            await wire.EndAsync();
        }

        canary.Heard.ShouldBeEmpty();
        using var right = await house.WireAsync();
        byte[] hello = Hello.For("good.example");
        await right.SendAsync((byte[])[.. "CONNECT good.example:443 HTTP/1.1\r\n\r\n"u8, .. hello]);
        (await right.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        (await right.TakeAsync(hello.Length)).ShouldBe(Encoding.Latin1.GetString(hello));
    }

    /// <summary>A TLS service on another port is held to its name as well, though other protocols may pass there.</summary>
    [Fact]
    public async Task Tls_on_another_port_is_held_to_its_name_too()
    {
        await using var house = new EgressHouse("allow: connect good.example:8443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using (var wire = await house.TunnelAsync("good.example:8443"))
        {
            await wire.SendAsync(Hello.For("evil.example"));
            await wire.EndAsync();
        }

        canary.Heard.ShouldBeEmpty();
        using var plain = await house.TunnelAsync("good.example:8443");
        await plain.SendAsync("not tls");
        (await plain.TakeAsync(7)).ShouldBe("not tls");
    }

    /// <summary>What the server says before the check is not brought either: :443 must not become a plain channel.</summary>
    [Fact]
    public async Task Nothing_comes_back_on_443_before_the_hello()
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                await socket.SendAsync("SSH-2.0-server\r\n"u8.ToArray());
                await canary.HearAsync(socket, new byte[100]);
            }
        );
        house.Outside("good.example", canary);
        using var wire = await house.TunnelAsync("good.example:443");
        await wire.SendAsync("SSH-2.0-client\r\n");
        (await wire.RestAsync() ?? "").ShouldNotContain("SSH");
    }

    /// <summary>P09 on the captured port: the fake address says the name, TLS says another.</summary>
    [Theory]
    [MemberData(nameof(Fronting))]
    public async Task Captured_tls_is_for_the_name_that_was_asked_or_nothing(string what, byte[] bytes)
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        await house.AskDnsAsync(Question.Of("good.example"));
        using (var wire = await Wire.OpenAsync(house.TlsAddress))
        {
            await wire.SendAsync(bytes);
            await wire.EndAsync();
        }

        canary.Hits.ShouldBe(0, what);
        (await house.Host.RefusalAsync()).Target.ShouldBe("good.example:443");
        using var right = await Wire.OpenAsync(house.TlsAddress);
        await right.SendAsync(Hello.For("good.example"));
        (await right.TakeAsync(10)).Length.ShouldBe(10);
    }

    /// <summary>P23: an address that DNS never gave stands for nobody.</summary>
    [Fact]
    public async Task A_fake_address_that_was_never_handed_out_is_closed()
    {
        await using var house = new EgressHouse(
            "allow: connect good.example:443",
            "allow: http GET http://good.example/**"
        );
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        using (var tls = await Wire.OpenAsync(house.TlsAddress))
        {
            await tls.TrySendAsync(Hello.For("good.example"));
            await tls.EndAsync();
        }

        using (var http = await Wire.OpenAsync(house.HttpAddress))
        {
            await http.TrySendAsync("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n"u8.ToArray());
            await http.EndAsync();
        }

        canary.Hits.ShouldBe(0);
        house.Network.Asked.ShouldBeEmpty();
        await house.AskDnsAsync(Question.Of("good.example"));
        using var right = await Wire.OpenAsync(house.HttpAddress);
        await right.SendAsync("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n");
        (await right.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
    }

    private static async Task ControlAsync(EgressHouse house, Canary canary)
    {
        using var right = await house.TunnelAsync("good.example:443");
        var hello = Hello.For("good.example", 50);
        await right.SendAsync(hello);
        (await right.TakeAsync(hello.Length)).ShouldBe(Encoding.Latin1.GetString(hello));
        canary.Heard.ShouldBe(Encoding.Latin1.GetString(hello));
    }
}
