using System.Collections.Immutable;

namespace Bartizan.Records.Evidence;

/// <summary>The list of a bundle's files, for whoever hands it on.</summary>
/// <param name="Exported">Who made it, and when.</param>
/// <param name="Sha256">Digest of each file.</param>
internal sealed record EvidenceCustody(EvidenceExport Exported, ImmutableSortedDictionary<string, string> Sha256);
