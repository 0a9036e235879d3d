using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The question of one DNS query (RFC 1035, section 4). Compression pointers in a question are refused: no client sends
/// them, and they are how parsers are led in circles.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DnsQuery(ushort Id, bool RecursionDesired, byte OpCode, ushort Type, ushort Class)
{
    /// <summary>The header of a message.</summary>
    public const int HeaderBytes = 12;

    private const int MaxLabelBytes = 63;

    /// <summary>RFC 1035, 2.3.4: a name on the wire, lengths included.</summary>
    private const int MaxNameBytes = 255;

    /// <summary>The name in text, without the final dot; labels are whatever bytes the client sent.</summary>
    public required string Name { get; init; }

    /// <summary>Where the question ends in the message.</summary>
    public required int End { get; init; }

    /// <summary>Reads a message; false for what is not a query with exactly one question.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out DnsQuery query)
    {
        query = default;
        if (message.Length < HeaderBytes)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var isAnswer = (flags & 0x8000) != 0;
        if (isAnswer || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return false;
        }

        var at = HeaderBytes;
        var name = new StringBuilder();
        while (true)
        {
            if (at >= message.Length || at - HeaderBytes >= MaxNameBytes)
            {
                return false;
            }

            var length = message[at++];
            if (length == 0)
            {
                break;
            }

            if (length > MaxLabelBytes || at + length > message.Length)
            {
                return false;
            }

            if (name.Length > 0)
            {
                name.Append('.');
            }

            foreach (var b in message.Slice(at, length))
            {
                // A dot within a label would make two names of one.
                name.Append(b == '.' ? '\0' : (char)b);
            }

            at += length;
        }

        if (at + 4 > message.Length)
        {
            return false;
        }

        query = new DnsQuery(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            (flags & 0x0100) != 0,
            (byte)((flags >> 11) & 0xF),
            BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..])
        )
        {
            Name = name.ToString(),
            End = at + 4,
        };
        return true;
    }
}
