using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>
/// Programs that know no proxy and dial whatever port: decided and carried as by CONNECT. That the kernel hands such dials over is shown
/// in real sandboxes, by <c>CapturedTests</c> and <c>TransparentTests</c>.
/// </summary>
public sealed class AnyPortTests
{
    private const string Name = "store.example";

    [Fact]
    public async Task A_dial_of_a_name_is_a_tunnel_to_that_port()
    {
        await using var house = new EgressHouse($"allow: connect {Name}:*");
        await using var canary = Canary.Echo();
        house.Outside(Name, canary);
        await house.AskDnsAsync(Question.Of(Name));

        using var wire = await Wire.OpenAsync(house.AnyAddress);
        await wire.SendAsync("SET a b\r\n");

        (await wire.TakeAsync(9)).ShouldBe("SET a b\r\n");
        var port = house.AnyAddress.Port;
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(port);
        wire.Socket.Shutdown(SocketShutdown.Send);
        await wire.EndAsync();
        (await house.Host.OutcomeAsync(OutcomeKind.Done)).Target.ShouldBe($"{Name}:{port}");
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard()
    {
        await using var house = new EgressHouse($"allow: connect {Name}:*");
        await using var canary = new Canary(async (_, socket) => await socket.SendAsync("220 ready\r\n"u8.ToArray()));
        house.Outside(Name, canary);
        await house.AskDnsAsync(Question.Of(Name));

        using var wire = await Wire.OpenAsync(house.AnyAddress);

        (await wire.TakeAsync(11)).ShouldBe("220 ready\r\n");
    }

    [Theory]
    [InlineData("PING\r\n")]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("GET key\r\n")]
    public async Task What_no_rule_allows_is_reset_and_nobody_is_asked(string first)
    {
        await using var house = new EgressHouse($"allow: connect {Name}:1");
        await house.AskDnsAsync(Question.Of(Name));

        using var wire = await Wire.OpenAsync(house.AnyAddress);
        await wire.TrySendAsync(Encoding.Latin1.GetBytes(first));

        (await wire.RestAsync()).ShouldBeNull();
        var refusal = await house.Host.RefusalAsync();
        (refusal.Target, refusal.Effect).ShouldBe(($"{Name}:{house.AnyAddress.Port}", Effect.Deny));
        house.Network.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_waits_to_be_spoken_to_is_reset()
    {
        var options = new EgressOptions { FirstBytesWithin = TimeSpan.FromMilliseconds(20) };
        await using var house = new EgressHouse(options, $"allow: connect {Name}:1");
        await house.AskDnsAsync(Question.Of(Name));

        using var wire = await Wire.OpenAsync(house.AnyAddress);

        (await wire.RestAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Http_is_refused_with_the_sentence_and_tls_with_an_alert()
    {
        await using var house = new EgressHouse($"allow: connect {Name}:1");
        await house.AskDnsAsync(Question.Of(Name));
        var to = $"{Name}:{house.AnyAddress.Port}";

        using var clear = await Wire.OpenAsync(house.AnyAddress);
        var told = await clear.AskAsync($"GET / HTTP/1.1\r\nHost: {to}\r\n\r\n");
        using var tls = await Wire.OpenAsync(house.AnyAddress);
        await tls.SendAsync(Hello.For(Name));
        var alert = await tls.RestAsync();

        told.ShouldStartWith("HTTP/1.1 403");
        told.ShouldContain($"bartizan refused `connect {to}`");
        alert.ShouldBe(Encoding.Latin1.GetString(Answers.AccessDenied.Span));
    }

    [Fact]
    public async Task Rules_on_requests_in_the_clear_hold_for_each_of_them()
    {
        await using var house = new EgressHouse($"allow: http GET http://{Name}:*/open/**");
        await using var canary = Canary.Ok();
        house.Outside(Name, canary);
        await house.AskDnsAsync(Question.Of(Name));
        var to = $"{Name}:{house.AnyAddress.Port}";

        using var open = await Wire.OpenAsync(house.AnyAddress);
        var got = await open.AskAsync($"GET /open/a HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n");
        using var closed = await Wire.OpenAsync(house.AnyAddress);
        var refused = await closed.AskAsync($"GET /closed HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n");
        using var other = await Wire.OpenAsync(house.AnyAddress);
        var named = await other.AskAsync("GET /open/a HTTP/1.1\r\nHost: other.example\r\n\r\n");
        using var raw = await Wire.OpenAsync(house.AnyAddress);
        await raw.TrySendAsync("PING\r\n"u8.ToArray());
        var cut = await raw.RestAsync();

        got.ShouldEndWith("hello");
        refused.ShouldContain($"bartizan refused `http GET http://{to}/closed`");
        named.ShouldStartWith("HTTP/1.1 400");
        cut.ShouldBeNull();
        canary.Hits.ShouldBe(1);
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(house.AnyAddress.Port);
    }

    [Fact]
    public async Task Tls_is_held_to_its_name()
    {
        await using var house = new EgressHouse($"allow: connect {Name}:*");
        await using var canary = Canary.Echo();
        house.Outside(Name, canary);
        await house.AskDnsAsync(Question.Of(Name));

        using var right = await Wire.OpenAsync(house.AnyAddress);
        var hello = Hello.For(Name);
        await right.SendAsync(hello);
        (await right.TakeAsync(hello.Length)).ShouldBe(Encoding.Latin1.GetString(hello));
        using var wrong = await Wire.OpenAsync(house.AnyAddress);
        await wrong.SendAsync(Hello.For("elsewhere.example"));
        (await wrong.RestAsync()).ShouldBeNull();

        canary.Heard.ShouldNotContain("elsewhere");
        (await house.Host.OutcomeAsync(OutcomeKind.Cut))
            .Detail.ShouldNotBeNull()
            .ShouldContain("TLS names `elsewhere.example`");
    }

    [Fact]
    public async Task An_address_that_no_name_has_is_refused()
    {
        await using var house = new EgressHouse("allow: connect **:*");

        using var wire = await Wire.OpenAsync(house.AnyAddress);

        (await wire.RestAsync() ?? "").ShouldBeEmpty();
        (await house.Host.RefusalAsync()).Target.ShouldBe($"unreadable.invalid:{house.AnyAddress.Port}");
        house.Network.Dialed.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_end_of_the_session_cuts_it()
    {
        await using var house = new EgressHouse($"allow: connect {Name}:*");
        await using var canary = Canary.Echo();
        house.Outside(Name, canary);
        await house.AskDnsAsync(Question.Of(Name));
        using var wire = await Wire.OpenAsync(house.AnyAddress);
        await wire.SendAsync("x");
        (await wire.TakeAsync(1)).ShouldBe("x");

        house.Control.End();

        (await wire.RestAsync()).ShouldBeNull();
        await Should.ThrowAsync<SocketException>(() => Wire.OpenAsync(house.AnyAddress));
    }

    [Fact]
    public async Task A_name_that_another_port_may_reach_is_no_smuggling()
    {
        await using var house = new EgressHouse(
            $"allow: connect {Name}:6379",
            "allow: http POST http://in.example:8080/x"
        );
        await house.AskDnsAsync(Question.Of(Name));
        await house.AskDnsAsync(Question.Of("in.example"));
        await house.AskDnsAsync(Question.Of("nowhere.example"));

        (await house.Host.RefusalAsync()).Target.ShouldBe("nowhere.example:53");
        house.Host.Entries.Count(e => e.Kind == EntryKind.Refusal).ShouldBe(1);
    }

    [Theory]
    [InlineData("127.1.0.1", "store.example")]
    [InlineData("::ffff:127.1.0.1", "store.example")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("169.254.169.254", "169.254.169.254")]
    [InlineData("2606:4700::1", "2606:4700::1")]
    [InlineData("127.1.0.2", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("fe80::1%3", null)]
    public void What_was_dialed_is_the_name_or_the_address_itself(string dialed, string? host)
    {
        var names = new FakeNames(8);
        HostName.TryParse(Name, out var name, out _).ShouldBeTrue();
        names.AddressOf(name, out _).ToString().ShouldBe("127.1.0.1");

        var captured = Captured.Read(new IPEndPoint(IPAddress.Parse(dialed), 6379), names, out var problem);

        (captured?.Host.Text, captured?.Port ?? 6379).ShouldBe((host, 6379));
        (problem.Length > 0 || host is not null).ShouldBeTrue();
    }
}
