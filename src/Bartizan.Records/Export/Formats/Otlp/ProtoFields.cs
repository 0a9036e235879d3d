using System.Buffers.Binary;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>Walks the fields of a protobuf message; ends at the first byte that isn't one.</summary>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field at hand.</summary>
    public ProtoField Current { get; private set; }

    public readonly ProtoFields GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!TryNumber(out var tag))
        {
            return false;
        }

        var field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0 when TryNumber(out var number):
                Current = new ProtoField(field, number, default);
                return true;
            case 1 when _rest.Length >= 8:
                Current = new ProtoField(field, BinaryPrimitives.ReadUInt64LittleEndian(_rest), _rest[..8]);
                _rest = _rest[8..];
                return true;
            case 2 when TryNumber(out var length) && length <= (ulong)_rest.Length:
                Current = new ProtoField(field, 0, _rest[..(int)length]);
                _rest = _rest[(int)length..];
                return true;
            case 5 when _rest.Length >= 4:
                Current = new ProtoField(field, BinaryPrimitives.ReadUInt32LittleEndian(_rest), _rest[..4]);
                _rest = _rest[4..];
                return true;
            default:
                return false;
        }
    }

    private bool TryNumber(out ulong number)
    {
        number = 0;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            number |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
