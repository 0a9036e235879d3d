using System.Text.Json.Serialization;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>One attempt to break out, and what became of it.</summary>
public sealed record Attempt
{
    /// <summary>Its stable name: <c>fs.read_host_shadow</c>, <c>P04</c>, <c>H01</c>.</summary>
    public required string Id { get; init; }

    /// <summary>True exactly when a layer stopped it.</summary>
    public bool Blocked => Result == AttemptResult.Blocked;

    /// <summary>The layer that must stop it.</summary>
    public required string Layer { get; init; }

    /// <summary>What was seen: an errno, a status, a count.</summary>
    public required string Observed { get; init; }

    /// <summary>How it counts.</summary>
    [JsonConverter(typeof(AttemptResultText))]
    public required AttemptResult Result { get; init; }

    /// <summary>What the same act gave where no layer forbids it.</summary>
    public required string Control { get; init; }

    /// <summary>Why it counts as it does, when the observation alone does not say it.</summary>
    public string? Reason { get; init; }

    /// <summary>True when the self-test must not pass because of it.</summary>
    [JsonIgnore]
    public bool Fails => Result is AttemptResult.Open or AttemptResult.Inconclusive;
}
