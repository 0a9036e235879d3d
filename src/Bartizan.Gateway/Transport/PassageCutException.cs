namespace Bartizan.Gateway.Transport;

/// <summary>The monitor cut the passage while its answer streamed, a guard objected to it, or what was reserved for it ran out.</summary>
internal sealed class PassageCutException(string? spent = null) : Exception(spent ?? "cut")
{
    /// <summary>True when a budget ran out or a guard objected: the client is told why.</summary>
    public bool IsSpent => spent is not null;
}
