using System.Collections.Immutable;

namespace Bartizan.Records.Evidence;

/// <summary>One entry of a bundle.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="Leaf">Its bytes, exactly.</param>
/// <param name="Proof">The hashes from its sibling up to the root's child (RFC 6962).</param>
public sealed record EvidenceEntry(long Index, byte[] Leaf, ImmutableArray<byte[]> Proof);
