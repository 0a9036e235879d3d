namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Names and addresses that another reader takes for something else, and names that only look like an allowed one.</summary>
internal static class NameAttacks
{
    private const string Unreadable = "400 Bad Request bartizan can't take this request";

    private const string NoRule = "no rule allows it";

    private const string Floor = "a rule above the agent's own denies it";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        // Loopback in spellings that inet_aton, browsers or libraries take.
        Misread("an IPv4 address as one decimal number", "2130706433"),
        Misread("an IPv4 address in octal", "0177.0.0.1"),
        Misread("an IPv4 address with one hexadecimal part", "0x7f.0.0.1"),
        Misread("an IPv4 address as one hexadecimal number", "0x7f000001"),
        Misread("a short IPv4 address", "127.1"),
        Misread("an IPv4 address with a leading zero", "127.0.0.01"),
        Misread("an IPv4 address whose part overflows", "127.0.0.257"),
        Misread("an IPv4 address with five parts", "127.0.0.1.1"),
        Misread("an IPv4 address in full-width digits", "１２７.０.０.１"),
        Misread("an IPv4 address with ideographic full stops", "127。0。0。1"),
        Misread("an IPv4 address in circled digits", "①②⑦.⓪.⓪.①"),
        Misread("an IPv6 address with a zone", "[fe80::1%25eth0]"),
        Misread("loopback with a zone", "[::1%lo]"),
        Misread("an IPv6 address without brackets", "::1"),
        // Names that end elsewhere for another reader.
        Misread("NUL within a name", $"good.tunnel.test\0.{EgressAttack.Mark}.example"),
        Misread("NUL in percent form", $"{EgressAttack.Mark}.example%00.good.tunnel.test"),
        Misread("a dot in percent form", "good%2etunnel%2etest"),
        Misread("a line's end in a name", $"good.tunnel.test\r\nHost: {EgressAttack.Mark}.example\r\nX: "),
        Misread("a lone carriage return in a name", $"good.tunnel.test\r{EgressAttack.Mark}"),
        Misread("a blank in a name", $"good.tunnel.test {EgressAttack.Mark}.example"),
        Misread("a user before the name", $"good.tunnel.test@{EgressAttack.Mark}.example"),
        Misread("a user and a password before the name", $"good.tunnel.test:443@{EgressAttack.Mark}.example"),
        Misread("a fragment before the name", $"{EgressAttack.Mark}.example#@good.tunnel.test"),
        Misread("a backslash before the name", $"{EgressAttack.Mark}.example\\@good.tunnel.test"),
        Misread("a path after the name", $"good.tunnel.test/{EgressAttack.Mark}.example"),
        Misread("a trailing dot", "good.tunnel.test."),
        Misread("an empty label", "good..tunnel.test"),
        Misread("a letter outside ASCII", "gööd.tunnel.test"),
        Misread("a soft hyphen in a name", "go\u00ADod.tunnel.test"),
        Misread("a wildcard as a name", "*.tunnel.test"),
        Misread("a label of 64 characters", new string('a', 64) + ".tunnel.test"),
        new(
            "a port with a leading zero",
            Layer.Parser,
            Unreadable,
            a => a.ConnectAsync($"good.tunnel.test:0{a.Ground.Raw}")
        ),
        new("a port with a sign", Layer.Parser, Unreadable, a => a.ConnectAsync($"good.tunnel.test:+{a.Ground.Raw}")),
        new(
            "a port that wraps around",
            Layer.Parser,
            Unreadable,
            a => a.ConnectAsync($"good.tunnel.test:{a.Ground.Raw + 65536}")
        ),
        new("two ports", Layer.Parser, Unreadable, a => a.ConnectAsync($"good.tunnel.test:443:{a.Ground.Raw}")),
        new("no port", Layer.Parser, Unreadable, a => a.ConnectAsync("good.tunnel.test")),
        // Addresses themselves: a wildcard grants none.
        Unnamed("loopback by its address", "127.0.0.1"),
        Unnamed("another address of loopback", "127.8.8.8"),
        Unnamed("loopback by its IPv6 address", "[::1]"),
        Unnamed("loopback mapped into IPv6", "[::ffff:127.0.0.1]"),
        Unnamed("loopback mapped into IPv6, in hexadecimal digits", "[::ffff:7f00:1]"),
        Unnamed("loopback as an IPv4-compatible address", "[::127.0.0.1]"),
        Unnamed("loopback by NAT64", "[64:ff9b::7f00:1]"),
        Unnamed("loopback by 6to4", "[2002:7f00:1::]"),
        Unnamed("the unspecified address", "0.0.0.0"),
        Unnamed("the unspecified IPv6 address", "[::]"),
        Unnamed("broadcast", "255.255.255.255"),
        Unnamed("localhost by its name", "localhost"),
        Unnamed("a name below localhost", "good.tunnel.test.localhost"),
        new("the metadata service", Layer.Policy, Floor, a => a.ConnectAsync("169.254.169.254:80")),
        new("the metadata service of IPv6", Layer.Policy, Floor, a => a.ConnectAsync("[fd00:ec2::254]:80")),
        new(
            "the metadata service by its name",
            Layer.Policy,
            Floor,
            a => a.ConnectAsync("metadata.google.internal:80")
        ),
        new("an allowed host on another port", Layer.Policy, NoRule, a => a.ConnectAsync("good.tunnel.test:22")),
        // Names that look like an allowed one.
        Unnamed("an allowed name with something before it", $"{EgressAttack.Mark}good.tunnel.test"),
        Unnamed("an allowed name with something behind it", $"good.tunnel.test.{EgressAttack.Mark}.org"),
        Unnamed("an allowed name with a hyphen for a dot", "good-tunnel.test"),
        Unnamed("a look-alike in punycode", "xn--gd-fkaa.tunnel.test"),
        Unnamed("a name below an allowed one", $"{EgressAttack.Mark}.good.tunnel.test"),
        Unnamed("data in a name that nobody allows", $"{EgressAttack.Mark}-c2VjcmV0.collector.org"),
        new("DNS over https by a name", Layer.Policy, Floor, a => a.ConnectAsync("dns.google:443")),
        new("DNS over https by an address", Layer.Policy, Floor, a => a.ConnectAsync("1.1.1.1:443")),
        new("DNS over TLS through the proxy", Layer.Policy, Floor, a => a.ConnectAsync("1.1.1.1:853")),
    ];

    private static EgressAttack Misread(string name, string host) =>
        new(name, Layer.Parser, Unreadable, a => a.ConnectAsync($"{host}:{a.Ground.Raw}"));

    private static EgressAttack Unnamed(string name, string host) =>
        new(name, Layer.Policy, NoRule, a => a.ConnectAsync($"{host}:{a.Ground.Raw}"));
}
