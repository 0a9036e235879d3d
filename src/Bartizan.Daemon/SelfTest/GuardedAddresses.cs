using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Daemon.SelfTest;

/// <summary>Addresses that an allowed name must not lead to, one name for each.</summary>
internal static class GuardedAddresses
{
    /// <summary>The attempt and the address.</summary>
    public static ImmutableArray<(string Attempt, string Address)> All { get; } =
    [
        ("P04", "127.57.0.1"),
        ("P04", "::1"),
        ("P04", "0.0.0.0"),
        ("P04", "169.254.169.254"),
        ("P04", "169.254.1.1"),
        ("P04", "168.63.129.16"),
        ("P04", "100.100.100.200"),
        ("P04", "10.1.2.3"),
        ("P04", "172.16.1.2"),
        ("P04", "192.168.1.2"),
        ("P04", "fd00:ec2::254"),
        ("P04", "fd12::1"),
        ("P04", "fe80::1"),
        ("P04", "224.0.0.1"),
        ("P06", "::ffff:127.57.0.1"),
        ("P06", "::127.57.0.1"),
        ("P06", "64:ff9b::7f39:1"),
        ("P06", "2002:7f39:1::1"),
        ("P06", "2001:0:7f39:1::1"),
    ];

    /// <summary>The name that leads to an address of the list.</summary>
    public static string NameOf(int index, Field field) =>
        string.Create(CultureInfo.InvariantCulture, $"a{index}.{field.Guarded}");
}
