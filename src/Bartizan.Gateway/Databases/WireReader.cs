using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>Reads the parts of a message's body; what goes over its end breaks the connection.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> body)
{
    /// <summary>No text that is read in two ways: what isn't UTF-8 is refused.</summary>
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = body;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1)[0];

    public short Short() => BinaryPrimitives.ReadInt16BigEndian(Bytes(2));

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Bytes(4));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new WireBrokenException("a message ends before what it says it holds");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public ReadOnlySpan<byte> Rest() => Bytes(_rest.Length);

    /// <summary>A text up to its NUL.</summary>
    public string Text()
    {
        var end = _rest.IndexOf((byte)0);
        if (end < 0)
        {
            throw new WireBrokenException("a text doesn't end");
        }

        try
        {
            var text = s_strict.GetString(_rest[..end]);
            _rest = _rest[(end + 1)..];
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw new WireBrokenException("a text isn't UTF-8, the only encoding that is taken", "22021");
        }
    }

    /// <summary>A count of what follows.</summary>
    public int Count()
    {
        var count = Short();
        return count >= 0 ? count : throw new WireBrokenException("a count is negative");
    }
}
