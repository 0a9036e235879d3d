using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress.Attacks;

/// <summary>SOCKS5 as a way around what CONNECT refuses. Each has a control that gets through.</summary>
public sealed class SocksAttackTests
{
    private const string Rule = "allow: connect good.example:443";

    /// <summary>Names that no rule names, and addresses: an allowed name opens no address, and none is looked up backwards.</summary>
    [Theory]
    [InlineData("denied.example")]
    [InlineData("secret-in-a-name.denied.example")]
    [InlineData("good.example.evil")]
    [InlineData("127.0.0.1")]
    [InlineData("1.1.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("localhost")]
    [InlineData("metadata.google.internal")]
    public async Task A_name_that_no_rule_names_is_never_resolved_and_never_dialed(string name)
    {
        await using var house = new EgressHouse(Rule);
        (await AskAsync(house, Socks.Named(name, 443))).ShouldBe(Socks.Reply(2));
        await ShouldBeRefusedAsync(house);
    }

    [Theory]
    [InlineData("93.184.215.14")]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.169.254")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    public async Task An_address_is_decided_as_an_address(string address)
    {
        await using var house = new EgressHouse(Rule, "allow: connect **.example:443");
        (await AskAsync(house, Socks.Addressed(address, 443))).ShouldBe(Socks.Reply(2));
        await ShouldBeRefusedAsync(house);
    }

    /// <summary>A rule that names loopback opens loopback, not what is wrapped to look like it; a mapped address is the one that it means.</summary>
    [Fact]
    public async Task A_mapped_address_is_the_address_that_it_means()
    {
        await using var house = new EgressHouse(Rule, "allow: connect 127.0.0.1:443");
        house.Network.Behind(IPAddress.Loopback, new IPEndPoint(IPAddress.Loopback, 1));
        await AskAsync(house, Socks.Addressed("::ffff:127.0.0.1", 443));
        (await house.Host.EntryAsync(e => e.Kind == EntryKind.Intent)).Target.ShouldBe("127.0.0.1:443");
        (await AskAsync(house, Socks.Addressed("::127.0.0.1", 443))).ShouldBe(Socks.Reply(2));
    }

    /// <summary>What another parser reads as an address, or as another name.</summary>
    [Theory]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f000001")]
    [InlineData("127.1")]
    [InlineData("127.0.0.01")]
    [InlineData("good.example\0.evil.example")]
    [InlineData("good.example\0")]
    [InlineData("good.example.")]
    [InlineData("good.example\r\n")]
    [InlineData("good.example:443")]
    [InlineData("user@good.example")]
    [InlineData("g\u00f6\u00f6d.example")]
    [InlineData("*.example")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("")]
    public async Task A_name_that_can_be_misread_is_refused_without_a_decision(string name)
    {
        await using var house = new EgressHouse(Rule, "allow: connect 127.0.0.1:443", "allow: connect [::1]:443");
        (await AskAsync(house, Socks.Named(name, 443))).ShouldBe(Socks.Reply(1));
        (await house.Host.RefusalAsync()).Target!.ShouldStartWith("unreadable.invalid");
        await ShouldBeRefusedAsync(house);
    }

    [Fact]
    public async Task A_name_of_255_bytes_is_no_name()
    {
        await using var house = new EgressHouse(Rule);
        var name = string.Concat(Enumerable.Repeat("a.", 122)) + "good.exampl";
        name.Length.ShouldBe(255);
        (await AskAsync(house, Socks.Named(name, 443))).ShouldBe(Socks.Reply(1));
        await ShouldBeRefusedAsync(house);
    }

    [Theory]
    [InlineData(2, "not BIND or UDP ASSOCIATE")]
    [InlineData(3, "not BIND or UDP ASSOCIATE")]
    [InlineData(0, "not BIND or UDP ASSOCIATE")]
    [InlineData(0xF0, "not BIND or UDP ASSOCIATE")]
    public async Task Only_connect_is_carried_out(byte command, string told)
    {
        await using var house = new EgressHouse(Rule);
        (await AskAsync(house, Socks.Named("good.example", 443, command))).ShouldBe(Socks.Reply(7));
        (await house.Host.RefusalAsync()).Reason!.ShouldContain(told);
        await ShouldBeRefusedAsync(house);
    }

    [Theory]
    [InlineData(new byte[] { 4, 1, 0, 3, 1, (byte)'a', 1, 187 }, 1)]
    [InlineData(new byte[] { 5, 1, 7, 3, 1, (byte)'a', 1, 187 }, 1)]
    [InlineData(new byte[] { 5, 1, 0, 2, 1, (byte)'a', 1, 187 }, 8)]
    [InlineData(new byte[] { 5, 1, 0, 3, 1, (byte)'a', 0, 0 }, 1)]
    public async Task A_request_of_another_shape_is_refused(byte[] request, byte code)
    {
        await using var house = new EgressHouse(Rule);
        (await AskAsync(house, request)).ShouldBe(Socks.Reply(code));
        await ShouldBeRefusedAsync(house);
    }

    /// <summary>A session's listener asks for no credential, but who offers only that must have the right one.</summary>
    [Theory]
    [InlineData(new byte[] { 5, 0 })]
    [InlineData(new byte[] { 5, 1, 1 })]
    [InlineData(new byte[] { 5, 3, 1, 3, 255 })]
    public async Task A_greeting_without_a_method_of_ours_ends(byte[] greeting)
    {
        await using var house = new EgressHouse(Rule);
        using var wire = await house.WireAsync();
        await wire.SendAsync((byte[])[.. greeting, .. Socks.Named("good.example", 443)]);
        (await wire.RestAsync()).ShouldBe("\u0005\u00FF");
        await ShouldBeRefusedAsync(house);
    }

    [Fact]
    public async Task A_token_of_another_session_is_refused()
    {
        await using var house = new EgressHouse(Rule);
        var (other, _) = house.Open("allow: connect good.example:443");
        foreach (var token in (string[])["guessed", TestHost.TokenOf(other)])
        {
            using var wire = await house.WireAsync();
            await wire.SendAsync(
                (byte[])[5, 1, 2, .. Socks.Password("agent", token), .. Socks.Named("good.example", 443)]
            );
            (await wire.RestAsync()).ShouldBe("\u0005\u0002\u0001\u0001");
        }

        await ShouldBeRefusedAsync(house);
    }

    [Fact]
    public async Task A_shared_listener_serves_nobody_without_a_token()
    {
        await using var house = new EgressHouse(Rule);
        var shared = EgressHouse.Listen(IPAddress.Loopback);
        var address = (IPEndPoint)shared.LocalEndPoint!;
        await using var attachment = house.Proxy.AcceptAttached(shared);
        using var wire = await Wire.OpenAsync(address);
        await wire.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named("good.example", 443)]);
        (await wire.RestAsync()).ShouldBe("\u0005\u00FF");
        house.Network.Asked.ShouldBeEmpty();
    }

    /// <summary>The same check of TLS as for CONNECT: a tunnel is for the name that it was opened for.</summary>
    [Fact]
    public async Task Another_name_in_tls_ends_the_tunnel_before_a_byte_leaves()
    {
        await using var house = new EgressHouse(Rule);
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync(
            (byte[])[.. Socks.Greeting, .. Socks.Named("good.example", 443), .. Hello.For("evil.example")]
        );
        (await wire.TakeAsync(12)).ShouldBe("\u0005\0" + Socks.Reply(0));
        await wire.EndAsync();
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("TLS names `evil.example`");
        canary.Heard.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("93.184.215.14 10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    public async Task An_allowed_name_that_leads_inside_is_refused(string addresses)
    {
        await using var house = new EgressHouse(Rule);
        house.Network.Name("good.example", addresses);
        (await AskAsync(house, Socks.Named("good.example", 443))).ShouldBe(Socks.Reply(2));
        house.Network.Dialed.ShouldBeEmpty();
    }

    /// <summary>A host that is looked into has no tunnel by SOCKS either.</summary>
    [Fact]
    public async Task What_is_looked_into_is_no_tunnel()
    {
        await using var house = new EgressHouse("allow: http GET https://good.example/a/**");
        (await AskAsync(house, Socks.Named("good.example", 443))).ShouldBe(Socks.Reply(2));
        house.Network.Asked.ShouldBeEmpty();
    }

    /// <summary>A handshake that drips, or stops halfway, holds no connection.</summary>
    [Theory]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 5, 200, 0 })]
    [InlineData(new byte[] { 5, 1, 0, 5, 1, 0, 3, 255, (byte)'a' })]
    public async Task A_handshake_that_does_not_end_is_ended(byte[] part)
    {
        var options = new EgressOptions { HeadWithin = TimeSpan.FromSeconds(2) };
        await using var house = new EgressHouse(options, Rule);
        using var wire = await house.WireAsync();
        await wire.SendAsync(part);
        await wire.EndAsync();
        (await house.Host.RefusalAsync()).Reason!.ShouldContain("SOCKS handshake came too slowly");
    }

    private static async Task<string> AskAsync(EgressHouse house, byte[] request)
    {
        using var wire = await house.WireAsync();
        await wire.SendAsync((byte[])[.. Socks.Greeting, .. request]);
        var told = await wire.RestAsync();
        told.ShouldNotBeNull().ShouldStartWith("\u0005\0");
        return told[2..];
    }

    private static async Task ShouldBeRefusedAsync(EgressHouse house)
    {
        house.Network.Asked.ShouldBeEmpty();
        house.Network.Dialed.ShouldBeEmpty();
        (await house.Host.RefusalAsync()).Effect.ShouldBe(Effect.Deny);
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named("good.example", 443)]);
        (await wire.TakeAsync(12)).ShouldBe("\u0005\0" + Socks.Reply(0), "the control gets through");
    }
}
