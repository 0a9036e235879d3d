using System.Net;
using System.Text;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>The client's side of SOCKS5, byte by byte.</summary>
internal static class Socks
{
    /// <summary>A greeting that asks for nothing.</summary>
    public static byte[] Greeting { get; } = [5, 1, 0];

    /// <summary>A request for a name; Latin-1, so that a name can hold any byte.</summary>
    public static byte[] Named(string name, int port, byte command = 1) =>
        Request(command, 3, [(byte)name.Length, .. Encoding.Latin1.GetBytes(name)], port);

    /// <summary>A request for an address.</summary>
    public static byte[] Addressed(string address, int port)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Request(1, bytes.Length == 4 ? (byte)1 : (byte)4, bytes, port);
    }

    /// <summary>A request of any kind.</summary>
    public static byte[] Request(byte command, byte kind, byte[] address, int port) =>
        [5, command, 0, kind, .. address, (byte)(port >> 8), (byte)port];

    /// <summary>What RFC 1929 sends.</summary>
    public static byte[] Password(string user, string password) =>
        [
            1,
            (byte)user.Length,
            .. Encoding.Latin1.GetBytes(user),
            (byte)password.Length,
            .. Encoding.Latin1.GetBytes(password),
        ];

    /// <summary>A reply of that code.</summary>
    public static string Reply(byte code) => Encoding.Latin1.GetString([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}
