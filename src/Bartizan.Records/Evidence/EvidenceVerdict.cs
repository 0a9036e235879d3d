using System.Collections.Immutable;

namespace Bartizan.Records.Evidence;

/// <summary>What verifying a bundle came to.</summary>
/// <param name="Session">The session.</param>
/// <param name="Exported">Who exported it, when, with what.</param>
/// <param name="Vkey">The log's key, as the bundle has it.</param>
/// <param name="Entries">Entries.</param>
/// <param name="Payloads">Payloads that are here and whole.</param>
/// <param name="Witnesses">Witnesses of the bundle's policy that cosigned its checkpoint.</param>
/// <param name="Faults">What is wrong; empty when it verifies.</param>
public sealed record EvidenceVerdict(
    string Session,
    EvidenceExport Exported,
    string Vkey,
    int Entries,
    int Payloads,
    ImmutableArray<string> Witnesses,
    ImmutableArray<EvidenceFault> Faults
)
{
    /// <summary>Who took the bundle, as the log's key signed it; null when nobody signed for it.</summary>
    public CustodyStatement? Custody { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool Holds => Faults.IsEmpty;
}
