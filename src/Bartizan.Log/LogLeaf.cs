namespace Bartizan.Log;

/// <summary>A leaf read back.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Bytes">The leaf, byte for byte as it was appended.</param>
public readonly record struct LogLeaf(long Index, ReadOnlyMemory<byte> Bytes);
