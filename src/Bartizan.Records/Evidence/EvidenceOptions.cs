namespace Bartizan.Records.Evidence;

/// <summary>What goes into a bundle.</summary>
public sealed record EvidenceOptions
{
    /// <summary>Who exports it, when, with what.</summary>
    public required EvidenceExport Exported { get; init; }

    /// <summary>The witness policy's file; left out when it isn't there.</summary>
    public string? WitnessesPath { get; init; }

    /// <summary>True to put payloads in: prompts, arguments, results, in the clear.</summary>
    public bool WithPayloads { get; init; }

    /// <summary>The policy, if its manifest was given.</summary>
    public EvidencePolicy? Policy { get; init; }
}
