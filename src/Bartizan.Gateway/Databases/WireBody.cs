using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>Writes the body of a message.</summary>
internal sealed class WireBody
{
    private readonly ArrayBufferWriter<byte> _written = new();

    public ReadOnlySpan<byte> Written => _written.WrittenSpan;

    public WireBody Byte(byte value) => Bytes([value]);

    public WireBody Short(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_written.GetSpan(2), value);
        _written.Advance(2);
        return this;
    }

    public WireBody Int(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_written.GetSpan(4), value);
        _written.Advance(4);
        return this;
    }

    public WireBody Text(string text)
    {
        // INVARIANT: no text ends before its end.
        _ = Encoding.UTF8.GetBytes(text.Replace("\0", "", StringComparison.Ordinal), _written);
        return Byte(0);
    }

    public WireBody Bytes(ReadOnlySpan<byte> bytes)
    {
        _written.Write(bytes);
        return this;
    }

    /// <summary>A count, and so many numbers of types.</summary>
    public WireBody Types(int[] types)
    {
        Short((short)types.Length);
        foreach (var type in types)
        {
            Int(type);
        }

        return this;
    }

    /// <summary>The body of an error in PostgreSQL's words.</summary>
    public static ReadOnlySpan<byte> Error(string severity, string code, string message, string? hint = null)
    {
        var body = new WireBody()
            .Byte((byte)'S')
            .Text(severity)
            .Byte((byte)'V')
            .Text(severity)
            .Byte((byte)'C')
            .Text(code)
            .Byte((byte)'M')
            .Text(message);
        return (hint is null ? body : body.Byte((byte)'H').Text(hint)).Byte(0).Written;
    }
}
