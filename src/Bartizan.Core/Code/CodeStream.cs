namespace Bartizan.Core.Code;

/// <summary>One stream that code wrote.</summary>
/// <param name="Kept">Its beginning.</param>
/// <param name="Bytes">How much was written in all, as far as anybody read.</param>
public readonly record struct CodeStream(ReadOnlyMemory<byte> Kept, long Bytes)
{
    /// <summary>True when something is left out.</summary>
    public bool IsCut => Bytes > Kept.Length;
}
