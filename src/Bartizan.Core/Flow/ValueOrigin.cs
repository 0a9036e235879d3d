namespace Bartizan.Core.Flow;

/// <summary>Where a value came from that a session may act on.</summary>
/// <param name="Source">The tool whose result held it; null for what the user typed.</param>
public sealed record ValueOrigin(string? Source)
{
    /// <summary>What the user typed.</summary>
    public static ValueOrigin User { get; } = new(null as string);

    /// <inheritdoc/>
    public override string ToString() => Source is null ? "the user" : $"tool {Source}";
}
