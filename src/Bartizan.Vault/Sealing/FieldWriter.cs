using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Vault.Sealing;

/// <summary>
/// Writes fields one after another: numbers of a fixed width, little end first, and bytes behind their length. One value has one form.
/// </summary>
internal sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public FieldWriter Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public FieldWriter Whole(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(sizeof(uint)), value);
        _bytes.Advance(sizeof(uint));
        return this;
    }

    public FieldWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
        return this;
    }

    public FieldWriter Time(DateTimeOffset? value) => Long(value?.ToUnixTimeMilliseconds() ?? long.MinValue);

    public FieldWriter Raw(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        return this;
    }

    public FieldWriter Bytes(ReadOnlySpan<byte> value) => Whole((uint)value.Length).Raw(value);

    public FieldWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));
}
