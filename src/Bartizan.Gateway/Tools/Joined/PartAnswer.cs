namespace Bartizan.Gateway.Tools.Joined;

/// <summary>What one server said to what all were asked.</summary>
/// <param name="Result">Its result, or empty.</param>
/// <param name="Fault">Why there is none; null when there is one.</param>
internal readonly record struct PartAnswer(ReadOnlyMemory<byte> Result, string? Fault)
{
    /// <summary>True when the server itself answered, by an error: it has no such thing.</summary>
    public bool IsRefusal { get; init; }
}
