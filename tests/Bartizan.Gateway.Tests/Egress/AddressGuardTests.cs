using System.Collections.Frozen;
using System.Net;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class AddressGuardTests
{
    private static readonly FrozenSet<IPAddress> Own = FrozenSet.ToFrozenSet([IPAddress.Parse("93.184.1.1")]);

    public static TheoryData<string> Inside =>
        [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.1.0.7",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::a00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];

    public static TheoryData<string> Outside =>
        [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450::1",
        ];

    [Theory]
    [MemberData(nameof(Inside))]
    public void What_is_not_the_open_internet_is_refused(string address) =>
        AddressGuard.Objection(IPAddress.Parse(address), named: false, literal: false, Own).ShouldNotBeNull();

    [Theory]
    [MemberData(nameof(Inside))]
    public void An_address_written_out_opens_nothing_by_itself(string address) =>
        AddressGuard.Objection(IPAddress.Parse(address), named: false, literal: true, Own).ShouldNotBeNull();

    [Theory]
    [MemberData(nameof(Outside))]
    public void The_open_internet_is_dialed(string address) =>
        AddressGuard.Objection(IPAddress.Parse(address), named: false, literal: false, Own).ShouldBeNull();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.1.1")]
    [InlineData("fd12::1")]
    [InlineData("::1")]
    [InlineData("93.184.1.1")]
    public void A_rule_that_names_a_private_host_opens_it(string address) =>
        AddressGuard.Objection(IPAddress.Parse(address), named: true, literal: false, Own).ShouldBeNull();

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("100.100.100.200")]
    [InlineData("fd00:ec2::254")]
    public void Metadata_is_opened_only_by_its_own_address(string address)
    {
        AddressGuard.Objection(IPAddress.Parse(address), named: true, literal: false, Own).ShouldNotBeNull();
        AddressGuard.Objection(IPAddress.Parse(address), named: true, literal: true, Own).ShouldBeNull();
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("ff02::1")]
    public void What_wraps_or_addresses_many_is_opened_by_nobody(string address) =>
        AddressGuard.Objection(IPAddress.Parse(address), named: true, literal: true, Own).ShouldNotBeNull();

    [Fact]
    public void The_hosts_own_address_is_refused() =>
        AddressGuard
            .Objection(IPAddress.Parse("93.184.1.1"), named: false, literal: false, Own)
            .ShouldBe("the host's own");

    [Fact]
    public void The_hosts_interfaces_are_known() =>
        new OwnAddresses(TimeProvider.System).Read().ShouldContain(IPAddress.Loopback);
}
