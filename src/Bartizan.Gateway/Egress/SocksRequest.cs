using System.Buffers.Binary;
using System.Net;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// A request of SOCKS5, read without doubt (RFC 1928, 4). A name is read by the one parser of names, an address is an address: neither is
/// ever turned into the other.
/// </summary>
internal static class SocksRequest
{
    /// <summary>Version, command, a reserved byte, the kind of address, and the first byte of the address.</summary>
    public const int HeadBytes = 5;

    private const int PortBytes = 2;
    private const byte Connect = 1;
    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    /// <summary>How long the request is that begins so; 0 for one of a kind of address that nobody knows.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/>.</param>
    public static int LengthOf(ReadOnlySpan<byte> head) =>
        head[3] switch
        {
            IPv4 => 4 + 4 + PortBytes,
            Name => HeadBytes + head[4] + PortBytes,
            IPv6 => 4 + 16 + PortBytes,
            _ => 0,
        };

    /// <summary>Reads a whole request.</summary>
    /// <param name="request">As long as <see cref="LengthOf"/> says, or its head where that says nothing.</param>
    /// <param name="destination">Where it wants to go; null when there is a problem.</param>
    /// <param name="reply">The code to refuse it with.</param>
    /// <param name="problem">What is wrong with it, without its content.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> request,
        out Destination? destination,
        out byte reply,
        out string problem
    )
    {
        (destination, reply) = (null, SocksReply.Failure);
        if (request[0] != SocksHandshake.Version || request[2] != 0)
        {
            problem = "the SOCKS request is not one of version 5";
            return false;
        }

        if (request[1] != Connect)
        {
            reply = SocksReply.CommandNotSupported;
            problem = "of SOCKS only CONNECT is carried out, not BIND or UDP ASSOCIATE";
            return false;
        }

        if (LengthOf(request) == 0)
        {
            reply = SocksReply.AddressNotSupported;
            problem = "the SOCKS request has an address of an unknown kind";
            return false;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(request[^PortBytes..]);
        if (port == 0)
        {
            problem = "the port is not a number from 1 to 65535";
            return false;
        }

        if (!TryParseHost(request[3], request[4..^PortBytes], out var host, out problem))
        {
            problem = "the host " + problem;
            return false;
        }

        destination = new Destination(host, port, "", "");
        return true;
    }

    private static bool TryParseHost(byte kind, ReadOnlySpan<byte> address, out HostName host, out string problem)
    {
        if (kind != Name)
        {
            host = HostName.FromAddress(new IPAddress(address));
            problem = "";
            return true;
        }

        // A colon or a bracket is an address in disguise: whoever means one has two kinds to say so.
        var name = address[1..];
        if (name.IndexOfAny((byte)':', (byte)'[') >= 0)
        {
            host = null!;
            problem = "is an IPv6 address where a name should be";
            return false;
        }

        return HostName.TryParse(Encoding.Latin1.GetString(name), out host, out problem);
    }
}
