using System.Collections.Immutable;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>Where content with a label may go: to models that lie in one of these places.</summary>
/// <param name="Label">The label.</param>
/// <param name="Allowed">The places.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record TrustPlaces(Labels Label, ImmutableArray<string> Allowed, SourcePosition Position);
