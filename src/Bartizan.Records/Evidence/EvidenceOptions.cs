using Bartizan.Core.Enforcement;

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

    /// <summary>Where policies are kept by their digests; the entries' own is taken from there when none is given.</summary>
    public string? PoliciesPath { get; init; }

    /// <summary>
    /// Has somebody record that this bundle is taken out, and sign for it: from the digest of its list of files to a note. Null leaves its
    /// custody unsigned.
    /// </summary>
    public Func<Digest, CancellationToken, Task<string>>? Sign { get; init; }

    /// <summary>The policy, if its manifest was given.</summary>
    public EvidencePolicy? Policy { get; init; }
}
