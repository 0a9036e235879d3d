using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>Makes ClientHello messages, right and wrong ones.</summary>
internal static class Hello
{
    public static byte[] For(string? name, int recordBytes = int.MaxValue, params (int Kind, byte[] Content)[] more)
    {
        var extensions = new List<byte>();
        if (name is not null)
        {
            Extension(extensions, 0, ServerName(name));
        }

        Extension(extensions, 43, [2, 3, 4]);
        foreach (var (kind, content) in more)
        {
            Extension(extensions, kind, content);
        }

        byte[] body = [3, 3, .. new byte[32], 0, .. U16(2), 0x13, 0x01, 1, 0, .. U16(extensions.Count), .. extensions];
        return Records([1, 0, .. U16(body.Length), .. body], recordBytes);
    }

    public static byte[] Records(ReadOnlySpan<byte> message, int recordBytes)
    {
        var wire = new List<byte>();
        while (!message.IsEmpty)
        {
            var take = Math.Min(message.Length, recordBytes);
            wire.AddRange([22, 3, 1, .. U16(take)]);
            wire.AddRange(message[..take]);
            message = message[take..];
        }

        return [.. wire];
    }

    public static byte[] ServerName(params string[] names)
    {
        var list = new List<byte>();
        foreach (var name in names)
        {
            list.Add(0);
            list.AddRange(U16(name.Length));
            list.AddRange(Encoding.Latin1.GetBytes(name));
        }

        return [.. U16(list.Count), .. list];
    }

    private static void Extension(List<byte> to, int kind, byte[] content)
    {
        to.AddRange(U16(kind));
        to.AddRange(U16(content.Length));
        to.AddRange(content);
    }

    private static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
