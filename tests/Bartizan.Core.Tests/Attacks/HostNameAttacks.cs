using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>Ways to write a host that one program reads differently from the next.</summary>
public sealed class HostNameAttacks
{
    [Theory]
    // P02, P03: addresses in the forms that inet_aton, WHATWG and libraries take
    [InlineData("2130706433")]
    [InlineData("017700000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0x7f000001")]
    [InlineData("0X7F.1")]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("127.000.000.001")]
    [InlineData("127.0.0.1.2")]
    [InlineData("127.0.0.256")]
    [InlineData("a.b.1")]
    [InlineData("evil.0x1")]
    [InlineData("１２７.0.0.1")]
    [InlineData("127。0。0。1")]
    [InlineData("[::1%25lo]")]
    [InlineData("::1%lo")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[[::1]]")]
    [InlineData("::ffff:0177.0.0.1")]
    [InlineData("::ffff:127.1")]
    [InlineData("1.2.3.4:80")]
    [InlineData(":::1")]
    [InlineData("12345::1")]
    // P07: bytes that a resolver stops at or a log line breaks at
    [InlineData("a\0.example")]
    [InlineData("a.example\r\n")]
    [InlineData("a example")]
    [InlineData("a%00.example")]
    [InlineData("a%2eexample")]
    [InlineData("a\t.example")]
    [InlineData("a\\.example")]
    [InlineData("a/.example")]
    [InlineData("a@b.example")]
    [InlineData("a?b.example")]
    [InlineData("a#b.example")]
    // P08: names that look like others
    [InlineData("a.example.")]
    [InlineData("a..example")]
    [InlineData(".a.example")]
    [InlineData("gіthub.com")]
    [InlineData("ﬀ.example")]
    [InlineData("a\u00adb.example")]
    [InlineData("a\u200bb.example")]
    [InlineData("a_b.example")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("*.example")]
    [InlineData("")]
    [InlineData(".")]
    public void A_host_that_can_be_read_in_two_ways_is_no_host(string text)
    {
        HostName.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("GitHub.COM", "github.com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("[::FFFF:127.0.0.1]", "127.0.0.1")]
    [InlineData("::ffff:7f00:1", "127.0.0.1")]
    [InlineData("[2001:DB8:0:0:0:0:0:1]", "2001:db8::1")]
    public void A_host_has_one_spelling(string text, string canonical)
    {
        HostName.TryParse(text, out var host, out _).ShouldBeTrue();
        host.Text.ShouldBe(canonical);
        HostName.TryParse(host.ToString(), out var again, out _).ShouldBeTrue();
        again.ShouldBe(host);
    }

    [Fact]
    public void A_name_may_have_253_characters_and_a_label_63()
    {
        var label = new string('a', 63);
        var longest = $"{label}.{label}.{label}.{label[..61]}";
        HostName.TryParse(longest, out var host, out _).ShouldBeTrue();
        host.Text.Length.ShouldBe(HostName.MaxLength);
        HostName.TryParse(longest + "a", out _, out _).ShouldBeFalse();
        HostName.TryParse($"a{label}.example", out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void An_address_of_version_6_is_printed_in_brackets_and_nothing_else_is()
    {
        HostName.FromAddress(IPAddress.IPv6Loopback).ToString().ShouldBe("[::1]");
        HostName.FromAddress(IPAddress.Parse("::ffff:127.0.0.1")).ToString().ShouldBe("127.0.0.1");
        HostName.TryParse("a.example", out var name, out _).ShouldBeTrue();
        name.ToString().ShouldBe("a.example");
        Should.Throw<ArgumentNullException>(() => HostName.FromAddress(null!));
    }

    [Fact]
    public void Hosts_are_equal_when_their_text_is()
    {
        HostName.TryParse("a.example", out var one, out _).ShouldBeTrue();
        HostName.TryParse("A.example", out var same, out _).ShouldBeTrue();
        HostName.TryParse("b.example", out var other, out _).ShouldBeTrue();
        one.Equals(same).ShouldBeTrue();
        one.GetHashCode().ShouldBe(same.GetHashCode());
        one.Equals(other).ShouldBeFalse();
        one.Equals(null).ShouldBeFalse();
    }

    [Fact]
    public void A_name_that_ends_in_a_dot_is_told_so()
    {
        HostName.TryParse("a.example.", out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("ends in a dot");
    }
}
