namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>One field of a protobuf message.</summary>
internal readonly ref struct ProtoField(int field, ulong number, ReadOnlySpan<byte> bytes)
{
    /// <summary>Its number in the message.</summary>
    public int Field { get; } = field;

    /// <summary>Its value, where it is a number.</summary>
    public ulong Number { get; } = number;

    /// <summary>Its value, where it has bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
