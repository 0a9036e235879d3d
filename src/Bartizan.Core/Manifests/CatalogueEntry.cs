using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>What a baseline says about resources, for conditions to ask (<c>resource.*</c>).</summary>
/// <param name="Of">The resources: verbs and patterns.</param>
/// <param name="Attributes">Their attributes: <c>class</c>, <c>owner</c>, <c>region</c>…</param>
/// <param name="Position">Where it stands.</param>
public sealed record CatalogueEntry(
    ImmutableArray<(Verb Verb, string Pattern)> Of,
    ImmutableSortedDictionary<string, string> Attributes,
    SourcePosition Position
);
