using System.Buffers.Binary;
using System.Net;

namespace Bartizan.Gateway.Egress;

/// <summary>Writes an answer: the question again, and one address at most. Never more than 16 bytes longer than the query.</summary>
internal static class DnsAnswer
{
    /// <summary>An A record that points back at the question's name.</summary>
    public const int RecordBytes = 16;

    /// <summary>Short, because a fake address is only worth something while its name is kept.</summary>
    private const int TtlSeconds = 10;

    /// <summary>Writes into <paramref name="answer"/> and says how many bytes.</summary>
    public static int Write(
        ReadOnlySpan<byte> message,
        DnsQuery query,
        DnsCode code,
        IPAddress? address,
        Span<byte> answer
    )
    {
        message[..query.End].CopyTo(answer);
        var recursion = query.RecursionDesired ? 0x0100 : 0;
        var flags = 0x8000 | (query.OpCode << 11) | recursion | 0x0080 | (int)code;
        BinaryPrimitives.WriteUInt16BigEndian(answer[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(answer[6..], (ushort)(address is null ? 0 : 1));
        BinaryPrimitives.WriteUInt32BigEndian(answer[8..], 0);
        if (address is null)
        {
            return query.End;
        }

        var record = answer[query.End..];
        BinaryPrimitives.WriteUInt16BigEndian(record, 0xC000 | DnsQuery.HeaderBytes);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], (ushort)DnsType.A);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], 1);
        BinaryPrimitives.WriteInt32BigEndian(record[6..], TtlSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], 4);
        if (!address.TryWriteBytes(record[12..RecordBytes], out var written) || written != 4)
        {
            throw new ArgumentException("an A record holds an IPv4 address", nameof(address));
        }

        return query.End + RecordBytes;
    }
}
