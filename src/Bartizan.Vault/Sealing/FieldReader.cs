using System.Buffers.Binary;
using System.Text;

namespace Bartizan.Vault.Sealing;

/// <summary>Reads what a <see cref="FieldWriter"/> wrote. Nothing is read beyond the end, and no length is believed.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, true);

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public byte Byte() => Raw(1)[0];

    public uint Whole() => BinaryPrimitives.ReadUInt32LittleEndian(Raw(sizeof(uint)));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Raw(sizeof(long)));

    public DateTimeOffset? Time()
    {
        var value = Long();
        return value == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(value);
    }

    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw new InvalidDataException("it ends too early");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Whole();
        return length <= (uint)_rest.Length ? Raw((int)length) : throw new InvalidDataException("it ends too early");
    }

    public string Text() => Strict.GetString(Bytes());

    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new InvalidDataException("something follows where it should end");
        }
    }
}
