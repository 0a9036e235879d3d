using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>SOCKS5 on the proxy's own port: another way to ask for the same tunnels.</summary>
public sealed class SocksTests
{
    [Fact]
    public async Task A_name_is_decided_resolved_and_dialed_as_by_connect()
    {
        await using var house = new EgressHouse("allow: connect good.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync(Socks.Greeting);
        (await wire.TakeAsync(2)).ShouldBe("\u0005\0");
        await wire.SendAsync(Socks.Named("GOOD.example", 5432));
        (await wire.TakeAsync(10)).ShouldBe(Socks.Reply(0));
        await wire.SendAsync("hello");
        (await wire.TakeAsync(5)).ShouldBe("hello");
        house.Network.Asked.ShouldHaveSingleItem().ShouldBe("good.example");
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(5432);
        (await house.Host.EntryAsync(e => e.Target == "good.example:5432")).Verb.ShouldBe(Verb.Connect);
    }

    /// <summary>A client that can't wait sends all at once; nothing is lost, and nothing is read twice.</summary>
    [Fact]
    public async Task What_rides_behind_the_request_goes_into_the_tunnel()
    {
        await using var house = new EgressHouse("allow: connect good.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named("good.example", 5432), .. "early"u8]);
        (await wire.TakeAsync(12)).ShouldBe("\u0005\0" + Socks.Reply(0));
        (await wire.TakeAsync(5)).ShouldBe("early");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task It_may_come_in_pieces(int size)
    {
        await using var house = new EgressHouse("allow: connect 93.184.215.14:5432");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        foreach (var piece in ((byte[])[.. Socks.Greeting, .. Socks.Addressed("93.184.215.14", 5432)]).Chunk(size))
        {
            await wire.SendAsync(piece);
        }

        (await wire.TakeAsync(12)).ShouldBe("\u0005\0" + Socks.Reply(0));
        house.Network.Asked.ShouldBeEmpty("an address is an address");
    }

    /// <summary>On a listener that several agents share the session's token is the password.</summary>
    [Fact]
    public async Task On_a_shared_listener_the_token_says_the_session()
    {
        await using var house = new EgressHouse();
        var (session, _) = house.Open("allow: connect good.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        var shared = EgressHouse.Listen(IPAddress.Loopback);
        var address = (IPEndPoint)shared.LocalEndPoint!;
        await using var attachment = house.Proxy.AcceptAttached(shared);
        using var wire = await Wire.OpenAsync(address);
        await wire.SendAsync((byte[])[5, 2, 0, 2]);
        (await wire.TakeAsync(2)).ShouldBe("\u0005\u0002");
        await wire.SendAsync(Socks.Password("agent", TestHost.TokenOf(session)));
        (await wire.TakeAsync(2)).ShouldBe("\u0001\0");
        await wire.SendAsync(Socks.Named("good.example", 5432));
        (await wire.TakeAsync(10)).ShouldBe(Socks.Reply(0));
    }

    [Theory]
    [InlineData("nobody.example", 4)]
    [InlineData("dead.example", 5)]
    public async Task What_cannot_be_reached_has_a_code_of_its_own(string name, byte code)
    {
        await using var house = new EgressHouse("allow: connect *.example:5432");
        house.Network.Name("dead.example", TestNetwork.Public.ToString());
        using var wire = await house.WireAsync();
        await wire.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named(name, 5432)]);
        (await wire.RestAsync()).ShouldBe("\u0005\0" + Socks.Reply(code));
    }
}
