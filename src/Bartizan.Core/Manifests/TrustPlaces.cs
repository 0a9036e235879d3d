using System.Collections.Immutable;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>Where content with a label may go, as one file says it. What isn't said of a kind isn't confined by it.</summary>
/// <param name="Label">The label.</param>
/// <param name="Models">The places of models.</param>
/// <param name="Hosts">The places of hosts.</param>
/// <param name="Servers">The places of tool servers.</param>
/// <param name="Declared">The hosts whose places its own file declares.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record TrustPlaces(
    Labels Label,
    ImmutableArray<string>? Models,
    ImmutableArray<string>? Hosts,
    ImmutableArray<string>? Servers,
    ImmutableArray<TrustHost> Declared,
    SourcePosition Position
)
{
    /// <summary>Its label in words.</summary>
    public string Word => Label.ToString().ToLowerInvariant();
}
