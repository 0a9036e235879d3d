using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Inbound;

/// <summary>An address as limits count it: of IPv6 its first 64 bits, because whoever has one has all that begin so.</summary>
internal static class CallerAddress
{
    private const int NetworkBytes = 8;

    /// <summary>Its text.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out _);
        return $"{Convert.ToHexStringLower(bytes[..NetworkBytes])}/64";
    }
}
