namespace Bartizan.Core.Budgets;

/// <summary>
/// The worst that an enforcement point knows of an action before it leaves. Bounds, not guesses: what is reserved comes from
/// it, and nothing may turn out to be more.
/// </summary>
public sealed record SpendEstimate
{
    /// <summary>Tokens in, at most, as far as the request itself tells.</summary>
    public long InputTokens { get; init; }

    /// <summary>True when the upstream reads more than the request holds, so that only the model's context bounds the input.</summary>
    public bool ReadsElsewhere { get; init; }

    /// <summary>The most tokens of one answer that the request asks for; null when it doesn't say.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>The fewest tokens out with which the request makes sense.</summary>
    public long MinOutputTokens { get; init; } = 1;

    /// <summary>How many answers the request asks for.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>Bytes that leave with the request.</summary>
    public long Bytes { get; init; }

    /// <summary>Why no price holds for it, to follow "because"; null when one does.</summary>
    public string? Unpriced { get; init; }
}
