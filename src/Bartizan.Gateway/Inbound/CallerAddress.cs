using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Inbound;

/// <summary>An address as limits count it: of IPv6 its first 64 bits, because whoever has one has all that begin so.</summary>
internal static class CallerAddress
{
    /// <summary>How many networks it is counted by, each in the next.</summary>
    public const int Widths = 3;

    private static ReadOnlySpan<byte> BytesOf6 => [8, 6, 4];

    private static ReadOnlySpan<byte> BytesOf4 => [4, 3, 2];

    /// <summary>Its text.</summary>
    public static string Of(IPAddress? address) => Of(address, 0);

    /// <summary>The text of the network that it lies in: 0 is the smallest.</summary>
    public static string Of(IPAddress? address, int width)
    {
        if (address is null)
        {
            return "";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var is4 = plain.AddressFamily != AddressFamily.InterNetworkV6;
        if (is4 && width == 0)
        {
            return plain.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out _);
        var kept = is4 ? BytesOf4[width] : BytesOf6[width];
        return $"{Convert.ToHexStringLower(bytes[..kept])}/{kept * 8}";
    }
}
