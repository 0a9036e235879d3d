using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Egress.Attacks;

/// <summary>P01 to P08, P14: names and addresses that try to be something else. Each has a control that gets through.</summary>
public sealed class NameAttackTests
{
    /// <summary>P01: what no rule names is refused, recorded, and never even asked of a resolver.</summary>
    [Theory]
    [InlineData("denied.example:443")]
    [InlineData("secret-in-a-name.denied.example:443")]
    [InlineData("1.1.1.1:443")]
    [InlineData("[2606:4700:4700::1111]:443")]
    [InlineData("127.0.0.1:443")]
    [InlineData("[::1]:443")]
    [InlineData("[::ffff:127.0.0.1]:443")]
    [InlineData("[::ffff:7f00:1]:443")]
    [InlineData("169.254.169.254:80")]
    [InlineData("localhost:443")]
    public async Task A_host_that_no_rule_names_is_never_resolved_and_never_dialed(string to)
    {
        await using var house = new EgressHouse(
            "allow: connect good.example:443",
            "allow: connect **.good.example:443"
        );
        (await house.AskAsync($"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
        house.Network.Dialed.ShouldBeEmpty();
        (await house.Host.RefusalAsync()).Verb.ShouldBe(Verb.Connect);
        await ControlAsync(house);
    }

    /// <summary>P03, P07: forms that another parser reads as an address or as another name.</summary>
    [Theory]
    [InlineData("2130706433:443")]
    [InlineData("0177.0.0.1:443")]
    [InlineData("0x7f.0.0.1:443")]
    [InlineData("0x7f000001:443")]
    [InlineData("127.1:443")]
    [InlineData("127.0.0.01:443")]
    [InlineData("1.2.3.256:443")]
    [InlineData("good.example\0.evil.example:443")]
    [InlineData("evil.example%00.good.example:443")]
    [InlineData("good%2eexample:443")]
    [InlineData("good.example\r\nX: y:443")]
    [InlineData("good.example .evil.example:443")]
    [InlineData("good.example\t:443")]
    [InlineData("good.example.:443")]
    [InlineData(".good.example:443")]
    [InlineData("good..example:443")]
    [InlineData("-good.example:443")]
    [InlineData("good_.example:443")]
    [InlineData("g\u00f6\u00f6d.example:443")]
    [InlineData("user@good.example:443")]
    [InlineData("good.example@evil.example:443")]
    [InlineData("good.example#evil.example:443")]
    [InlineData("good.example/evil.example:443")]
    [InlineData("good.example\\evil.example:443")]
    [InlineData("*.example:443")]
    [InlineData("[::1%lo]:443")]
    [InlineData("good.example:443:444")]
    [InlineData("good.example:0443")]
    [InlineData("good.example:4 43")]
    [InlineData("good.example:-443")]
    public async Task A_name_that_can_be_misread_is_a_bad_request(string to)
    {
        await using var house = new EgressHouse("allow: connect good.example:443", "allow: connect 127.0.0.1:443");
        (await house.AskAsync($"CONNECT {to} HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 400");
        house.Network.Asked.ShouldBeEmpty();
        house.Network.Dialed.ShouldBeEmpty();
        (await house.Host.RefusalAsync()).Target!.ShouldStartWith("unreadable.invalid");
        await ControlAsync(house);
    }

    /// <summary>P08: names that only look like an allowed one.</summary>
    [Theory]
    [InlineData("evil-good.example:443")]
    [InlineData("evilgood.example:443")]
    [InlineData("good.example.evil:443")]
    [InlineData("good.examples:443")]
    [InlineData("xn--gd-fkaa.example:443")]
    public async Task A_look_alike_is_another_name(string to)
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        (await house.AskAsync($"CONNECT {to} HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
        await ControlAsync(house, "GOOD.Example:443");
    }

    /// <summary>P04, P06: an allowed name that leads inside, plainly or wrapped.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("100.100.100.200")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.251")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fc00::1")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::a00:1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("2002:a00:1::")]
    [InlineData("2001:0:a00:1::")]
    public async Task An_allowed_name_that_leads_inside_is_refused(string address)
    {
        await using var house = new EgressHouse(
            "allow: connect good.example:443",
            "allow: connect inside.example:443",
            "allow: http GET http://inside.example/**"
        );
        house.Network.Name("inside.example", address);
        (await house.AskAsync("CONNECT inside.example:443 HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("inside.example");
        (
            await house.AskAsync("GET http://inside.example/latest/meta-data HTTP/1.1\r\nHost: inside.example\r\n\r\n")
        ).ShouldStartWith("HTTP/1.1 403");
        house.Network.Dialed.ShouldBeEmpty();
        await ControlAsync(house);
    }

    /// <summary>P05: the second answer would be private, but nobody asks a second time.</summary>
    [Fact]
    public async Task The_address_that_was_vetted_is_the_address_that_is_dialed()
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        house.Network.Name("good.example", TestNetwork.Public.ToString(), "127.0.0.1");
        using (await house.TunnelAsync("good.example:443"))
        {
            house.Network.Asked.ShouldHaveSingleItem();
            house.Network.Dialed.ShouldHaveSingleItem().Address.ShouldBe(TestNetwork.Public);
        }

        (await house.AskAsync("CONNECT good.example:443 HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Dialed.ShouldHaveSingleItem();
    }

    /// <summary>P05: one private address among public ones spoils the answer, wherever it stands.</summary>
    [Theory]
    [InlineData("93.184.215.14 10.0.0.1")]
    [InlineData("10.0.0.1 93.184.215.14")]
    [InlineData("93.184.215.14 ::1")]
    public async Task A_mixed_answer_is_refused_whole(string answer)
    {
        await using var house = new EgressHouse("allow: connect good.example:443", "allow: connect mixed.example:443");
        house.Network.Name("mixed.example", answer);
        (await house.AskAsync("CONNECT mixed.example:443 HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Dialed.ShouldBeEmpty();
        await ControlAsync(house);
    }

    /// <summary>P14: an allowed host on another port.</summary>
    [Theory]
    [InlineData(22)]
    [InlineData(25)]
    [InlineData(80)]
    [InlineData(3306)]
    [InlineData(4430)]
    public async Task An_allowed_host_on_another_port_is_refused(int port)
    {
        await using var house = new EgressHouse("allow: connect good.example:443");
        (await house.AskAsync($"CONNECT good.example:{port} HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
        await ControlAsync(house);
    }

    private static async Task ControlAsync(EgressHouse house, string to = "good.example:443")
    {
        await using var canary = Canary.Echo();
        house.Outside("good.example", canary);
        using var wire = await house.TunnelAsync(to);
        await wire.SendAsync(Hello.For("good.example"));
        (await wire.TakeAsync(10)).Length.ShouldBe(10);
        canary.Hits.ShouldBe(1);
        house.Host.Entries.ShouldContain(e => e.Kind == EntryKind.Intent && e.Target == "good.example:443");
    }
}
