using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Daemon.SelfTest;

/// <summary>Messages that no library would send: a ClientHello with any name or none, DNS queries of any type.</summary>
internal static class WireBytes
{
    /// <summary>A DNS class.</summary>
    private const ushort Internet = 1;
    private const ushort EncryptedClientHello = 0xFE0D;

    /// <summary>A ClientHello (RFC 8446, 4.1.2) whose session id is the marker.</summary>
    public static byte[] ClientHello(string marker, string? serverName, bool encrypted = false)
    {
        var extensions = new MemoryStream();
        if (serverName is not null)
        {
            var name = Encoding.Latin1.GetBytes(serverName);
            Extension(extensions, 0, [.. Short(name.Length + 3), 0, .. Short(name.Length), .. name]);
        }

        Extension(extensions, 43, [2, 3, 4]);
        Extension(extensions, 10, [0, 2, 0, 29]);
        Extension(extensions, 13, [0, 2, 4, 3]);
        Extension(extensions, 51, [0, 36, 0, 29, 0, 32, .. new byte[32]]);
        if (encrypted)
        {
            // Outer, HKDF-SHA256 and AES-128-GCM, configuration 1, no key, 16 bytes of payload.
            Extension(extensions, EncryptedClientHello, [0, 0, 1, 0, 1, 1, 0, 0, 0, 16, .. new byte[16]]);
        }

        var id = Encoding.Latin1.GetBytes(marker);
        byte[] body =
        [
            3,
            3,
            .. new byte[32],
            (byte)id.Length,
            .. id,
            0,
            2,
            0x13,
            0x01,
            1,
            0,
            .. Short((int)extensions.Length),
            .. extensions.ToArray(),
        ];
        byte[] handshake = [1, 0, .. Short(body.Length), .. body];
        return [22, 3, 1, .. Short(handshake.Length), .. handshake];
    }

    /// <summary>A DNS query (RFC 1035, 4.1).</summary>
    public static byte[] Query(string name, ushort type, byte[]? more = null)
    {
        var text = new MemoryStream();
        foreach (var label in name.Split('.'))
        {
            text.WriteByte((byte)label.Length);
            text.Write(Encoding.Latin1.GetBytes(label));
        }

        byte additional = more is null ? (byte)0 : (byte)1;
        return
        [
            0x42,
            0x42,
            1,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            additional,
            .. text.ToArray(),
            0,
            .. Short(type),
            .. Short(Internet),
            .. more ?? [],
        ];
    }

    private static byte[] Short(int value)
    {
        var two = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)value);
        return two;
    }

    private static void Extension(MemoryStream into, ushort type, byte[] content)
    {
        into.Write(Short(type));
        into.Write(Short(content.Length));
        into.Write(content);
    }
}
