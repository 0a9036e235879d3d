using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Bartizan.Core.Findings;

/// <summary>What else is there beside the tool that is looked at: what it could pose as, or meddle with.</summary>
/// <param name="Own">The names of its own server's tools.</param>
/// <param name="Others">The tools of other servers, by name, and whose they are.</param>
/// <param name="Servers">The names of the other servers.</param>
public sealed record KnownTools(
    FrozenSet<string> Own,
    ImmutableArray<(string Server, string Tool)> Others,
    FrozenSet<string> Servers
)
{
    /// <summary>Nothing else is there.</summary>
    public static KnownTools None { get; } = new(FrozenSet<string>.Empty, [], FrozenSet<string>.Empty);
}
