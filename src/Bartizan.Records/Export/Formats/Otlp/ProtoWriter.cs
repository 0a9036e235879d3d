using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>
/// Writes the few forms of protobuf's encoding that OTLP uses: varint, fixed64, fixed32, and length-delimited. Fields with the value
/// that stands for "not set" are left out, as proto3 asks.
/// </summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;

    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    public void Text(int field, string text)
    {
        if (text.Length > 0)
        {
            Bytes(field, Encoding.UTF8.GetBytes(text));
        }
    }

    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            Raw(field, bytes);
        }
    }

    /// <summary>A message; one without fields is written too.</summary>
    public void Message(int field, Action<ProtoWriter> write)
    {
        var inner = new ProtoWriter();
        write(inner);
        Raw(field, inner.Written.Span);
    }

    /// <summary>A message that is encoded already.</summary>
    public void Raw(int field, ReadOnlySpan<byte> message)
    {
        Tag(field, Delimited);
        Number((ulong)message.Length);
        _output.Write(message);
    }

    public void Whole(int field, long value)
    {
        if (value != 0)
        {
            Always(field, value);
        }
    }

    /// <summary>A number of a choice (<c>oneof</c>), where zero is a value too.</summary>
    public void Always(int field, long value)
    {
        Tag(field, Varint);
        Number((ulong)value);
    }

    public void Nanoseconds(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, Fixed64);
            BinaryPrimitives.WriteUInt64LittleEndian(_output.GetSpan(sizeof(ulong)), value);
            _output.Advance(sizeof(ulong));
        }
    }

    private void Tag(int field, int type) => Number((ulong)((field << 3) | type));

    private void Number(ulong value)
    {
        var span = _output.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        _output.Advance(length);
    }
}
