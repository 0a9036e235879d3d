using System.Collections.Immutable;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>Hosts that a session with a label no longer reaches, by requests and tunnels.</summary>
/// <param name="Label">The label.</param>
/// <param name="IsClosed">True where a host that is none of these is out of reach, too.</param>
/// <param name="Inside">Hosts that may be told, unless they are among the others as well; in one spelling, with their port.</param>
/// <param name="Outside">Hosts that may not.</param>
/// <param name="Why">Why.</param>
/// <param name="Position">Where it stands.</param>
public sealed record TrustConfinement(
    Labels Label,
    bool IsClosed,
    ImmutableArray<string> Inside,
    ImmutableArray<string> Outside,
    string Why,
    SourcePosition Position
)
{
    /// <summary>In one spelling.</summary>
    public string Canonical =>
        $"{Label.ToString().ToLowerInvariant()} {(IsClosed ? "stays within" : "may leave")} [{string.Join(' ', Inside)}] not [{string.Join(' ', Outside)}]";

    /// <summary>True when whatever this lets out the other lets out as well.</summary>
    public bool IsAtLeast(TrustConfinement other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Label == other.Label
            && (IsClosed || !other.IsClosed)
            && (!other.IsClosed || Inside.All(host => other.Inside.Contains(host, StringComparer.Ordinal)))
            && other.Outside.All(host => Outside.Contains(host, StringComparer.Ordinal));
    }
}
