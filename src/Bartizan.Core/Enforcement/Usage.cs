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

    /// <summary>Of the input tokens, those read from a provider's cache.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>Of the input tokens, those written to a provider's cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>
    /// True when the other side counted the tokens to the end. Budgets settle by it; not recorded, as what was settled is.
    /// </summary>
    public bool IsCounted { get; init; }

    /// <summary>Output tokens that must have been, by the text that passed, whatever the upstream says; not recorded.</summary>
    public long LeastOutputTokens { get; init; }

    /// <summary>From grant to end, in milliseconds.</summary>
    public double Milliseconds { get; init; }
}
