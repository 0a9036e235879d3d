using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A store behind tools of a server: what a tainted session writes into it carries its labels to whoever reads it.</summary>
/// <param name="Write">The tools that write into it.</param>
/// <param name="Read">The tools that read from it.</param>
/// <param name="Key">The arguments that say which of its keys; without any, all of them.</param>
/// <param name="Position">Where it stands.</param>
public sealed record TrustStore(
    ImmutableArray<string> Write,
    ImmutableArray<string> Read,
    ImmutableArray<string> Key,
    SourcePosition Position
);
