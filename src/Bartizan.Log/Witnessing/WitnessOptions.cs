namespace Bartizan.Log.Witnessing;

/// <summary>How a witness is kept.</summary>
public sealed record WitnessOptions
{
    /// <summary>Where its key and what it has seen lie; made for its owner alone.</summary>
    public required string Directory { get; init; }

    /// <summary>Its name, used when its key is made: a URL without scheme is usual.</summary>
    public string Name { get; init; } = "bartizan-witness/" + Environment.MachineName.ToLowerInvariant();

    /// <summary>The logs it witnesses: the <c>log</c> lines of a policy.</summary>
    public required WitnessPolicy Logs { get; init; }
}
