namespace Bartizan.Core.Enforcement;

/// <summary>What an action used.</summary>
public sealed record Usage
{
    /// <summary>Bytes towards the other side.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes back.</summary>
    public long BytesIn { get; init; }

    /// <summary>Model input tokens, as the upstream counted them.</summary>
    public long InputTokens { get; init; }

    /// <summary>Model output tokens, as the upstream counted them.</summary>
    public long OutputTokens { get; init; }

    /// <summary>From grant to end, in milliseconds.</summary>
    public double Milliseconds { get; init; }
}
