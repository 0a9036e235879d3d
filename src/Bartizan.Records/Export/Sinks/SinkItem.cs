namespace Bartizan.Records.Export.Sinks;

/// <summary>One entry in line for a sink.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Bytes">As the sink's format writes it.</param>
public sealed record SinkItem(ExportedEntry Entry, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Its index in the log.</summary>
    public long Index => Entry.Row.Index;
}
