using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>Which dials of programs that know no proxy arrive at a listener, as the helper said that opened it.</summary>
/// <param name="Families">0: ports 80 and 443 of names; 1: every port, by IPv4; 2: by IPv6 as well.</param>
/// <param name="Problem">What the kernel can't capture, and why; empty for nothing.</param>
internal sealed record CapturedDials(int Families, string Problem)
{
    /// <summary>Addresses that get a route: as many as the helper's order holds. More are reached through the proxy.</summary>
    private const int MaxAddresses = 64;

    /// <summary>What the helper says first, when its listeners are open.</summary>
    private const char Listening = 'L';

    /// <summary>Reads what the helper said; null when that isn't that its listeners are open.</summary>
    public static CapturedDials? Read(string said)
    {
        var space = said.IndexOf(' ', StringComparison.Ordinal);
        var (head, problem) = space < 0 ? (said, "") : (said[..space], said[(space + 1)..]);
        return head.Length > 0 && head[0] == Listening && head[1..] is ("" or "4" or "46")
            ? new CapturedDials(head.Length - 1, problem)
            : null;
    }

    /// <summary>Those addresses that are of one host outside; the rest is never routed.</summary>
    public static ImmutableArray<IPAddress> RoutesTo(ImmutableArray<IPAddress> addresses) =>
        [.. addresses.Where(IsOfOneHost).Distinct().Take(MaxAddresses)];

    /// <summary>As the receipt says it.</summary>
    public ReceiptLayer ToLayer(ImmutableArray<IPAddress> routed)
    {
        var addresses = Families == 0 || routed.IsEmpty ? "" : $", or by {string.Join(", ", routed)},";
        var problem = Problem.Length > 0 ? $"; not here: {Problem}" : "";
        return new(
            "captured",
            Families == 0 ? "ports 80 and 443" : "every TCP port",
            $"what a program dials by a name{addresses} without the proxy{problem}"
        );
    }

    private static bool IsOfOneHost(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address is { IsIPv4MappedToIPv6: false, IsIPv6Multicast: false, ScopeId: 0 }
                && !address.Equals(IPAddress.IPv6Any)
                && !IPAddress.IsLoopback(address);
        }

        const int firstOfMany = 224; // multicast, and what is reserved
        return address.AddressFamily == AddressFamily.InterNetwork
            && !IPAddress.IsLoopback(address)
            && address.GetAddressBytes()[0] is not 0 and < firstOfMany;
    }
}
