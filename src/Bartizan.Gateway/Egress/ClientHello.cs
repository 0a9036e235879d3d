using System.Buffers.Binary;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Reads the one thing of a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3) that says where it wants to go. Records may split
/// the message anywhere. A hello with encrypted_client_hello is refused, GREASE included: the two can't be told apart from
/// outside, and a real one names a host that no rule saw. (Browsers that send GREASE have a switch for it.)
/// </summary>
internal static class ClientHello
{
    private const int RecordHeaderBytes = 5;
    private const int MaxRecordBytes = 16 * 1024;
    private const int MessageHeaderBytes = 4;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const int RandomBytes = 32;
    private const int MaxSessionIdBytes = 32;
    private const ushort ServerName = 0;
    private const ushort EncryptedClientHello = 0xFE0D;
    private const ushort EncryptedServerName = 0xFFCE;

    /// <summary>True when a TLS client could have sent these first bytes.</summary>
    public static bool LooksLikeTls(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && bytes[0] == HandshakeRecord && (bytes.Length < 2 || bytes[1] == 3);

    /// <summary>Reads what has arrived so far.</summary>
    /// <param name="bytes">From the first byte of the connection on.</param>
    /// <param name="maxBytes">The bound on the message.</param>
    /// <param name="name">The host, when there is one.</param>
    /// <param name="needed">For <see cref="HelloEnd.More"/>: it is no use to look again with fewer bytes than these.</param>
    public static HelloEnd Parse(ReadOnlySpan<byte> bytes, int maxBytes, out HostName? name, out int needed)
    {
        name = null;
        needed = 1;
        if (!LooksLikeTls(bytes))
        {
            return bytes.IsEmpty ? HelloEnd.More : HelloEnd.NotTls;
        }

        var message = new byte[Math.Min(bytes.Length, maxBytes)];
        var have = 0;
        var rest = bytes;
        while (true)
        {
            var enough = have >= MessageHeaderBytes && have >= MessageHeaderBytes + LengthOf(message);
            if (enough)
            {
                break;
            }

            if (have >= MessageHeaderBytes && MessageHeaderBytes + LengthOf(message) > maxBytes)
            {
                return HelloEnd.Malformed;
            }

            var end = TakeRecord(ref rest, out var fragment, out var recordBytes);
            if (end != HelloEnd.Named)
            {
                needed = bytes.Length - rest.Length + recordBytes;
                return end;
            }

            if (have + fragment.Length > message.Length)
            {
                return HelloEnd.Malformed;
            }

            fragment.CopyTo(message.AsSpan(have));
            have += fragment.Length;
            if (message[0] != ClientHelloMessage)
            {
                return HelloEnd.Malformed;
            }
        }

        // Something behind the hello in the same record would be a second handshake message, which no client sends there.
        var whole = MessageHeaderBytes + LengthOf(message);
        return have == whole
            ? ParseMessage(message.AsSpan(MessageHeaderBytes, whole - MessageHeaderBytes), out name)
            : HelloEnd.Malformed;
    }

    private static int LengthOf(ReadOnlySpan<byte> message) => (message[1] << 16) | (message[2] << 8) | message[3];

    private static HelloEnd TakeRecord(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> fragment, out int needed)
    {
        fragment = default;
        needed = RecordHeaderBytes;
        if (!LooksLikeTls(rest))
        {
            return rest.IsEmpty ? HelloEnd.More : HelloEnd.Malformed;
        }

        if (rest.Length < RecordHeaderBytes)
        {
            return HelloEnd.More;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(rest[3..]);
        if (length is 0 or > MaxRecordBytes)
        {
            return HelloEnd.Malformed;
        }

        needed += length;
        if (rest.Length < needed)
        {
            return HelloEnd.More;
        }

        fragment = rest.Slice(RecordHeaderBytes, length);
        rest = rest[(RecordHeaderBytes + length)..];
        return HelloEnd.Named;
    }

    private static HelloEnd ParseMessage(ReadOnlySpan<byte> body, out HostName? name)
    {
        name = null;
        var fixedPart = 2 + RandomBytes;
        if (
            body.Length < fixedPart
            || !TryTake8(body[fixedPart..], out var sessionId, out var rest)
            || sessionId.Length > MaxSessionIdBytes
            || !TryTake16(rest, out var suites, out rest)
            || suites.Length < 2
            || suites.Length % 2 != 0
            || !TryTake8(rest, out var compression, out rest)
            || compression.IsEmpty
        )
        {
            return HelloEnd.Malformed;
        }

        if (rest.IsEmpty)
        {
            return HelloEnd.NoName;
        }

        return TryTake16(rest, out var extensions, out rest) && rest.IsEmpty
            ? ParseExtensions(extensions, out name)
            : HelloEnd.Malformed;
    }

    private static HelloEnd ParseExtensions(ReadOnlySpan<byte> extensions, out HostName? name)
    {
        name = null;
        var encrypted = false;
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 2)
            {
                return HelloEnd.Malformed;
            }

            var kind = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            if (!TryTake16(extensions[2..], out var content, out extensions))
            {
                return HelloEnd.Malformed;
            }

            encrypted |= kind is EncryptedClientHello or EncryptedServerName;
            if (kind == ServerName && (name is not null || !TryParseServerName(content, out name)))
            {
                return HelloEnd.Malformed;
            }
        }

        return encrypted ? HelloEnd.Encrypted
            : name is null ? HelloEnd.NoName
            : HelloEnd.Named;
    }

    /// <summary>Exactly one entry, of the kind host_name.</summary>
    private static bool TryParseServerName(ReadOnlySpan<byte> content, out HostName? name)
    {
        name = null;
        if (
            !TryTake16(content, out var list, out var rest)
            || !rest.IsEmpty
            || list.IsEmpty
            || list[0] != 0
            || !TryTake16(list[1..], out var text, out rest)
            || !rest.IsEmpty
            || text.Length > HostName.MaxLength
        )
        {
            return false;
        }

        Span<char> characters = stackalloc char[text.Length];
        Encoding.Latin1.GetChars(text, characters);
        if (!HostName.TryParse(characters, out var host, out _) || host.Address is not null)
        {
            return false;
        }

        name = host;
        return true;
    }

    private static bool TryTake8(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> taken, out ReadOnlySpan<byte> rest)
    {
        taken = rest = default;
        if (from.IsEmpty || from.Length < 1 + from[0])
        {
            return false;
        }

        taken = from.Slice(1, from[0]);
        rest = from[(1 + from[0])..];
        return true;
    }

    private static bool TryTake16(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> taken, out ReadOnlySpan<byte> rest)
    {
        taken = rest = default;
        if (from.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(from);
        if (from.Length < 2 + length)
        {
            return false;
        }

        taken = from.Slice(2, length);
        rest = from[(2 + length)..];
        return true;
    }
}
