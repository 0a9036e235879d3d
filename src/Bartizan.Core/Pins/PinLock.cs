using System.Collections.Frozen;
using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;

namespace Bartizan.Core.Pins;

/// <summary>
/// <c>agent.lock</c>, beside an agent's manifest and committed with it: what of its tool servers and of its workspace's own
/// instructions a person has seen. Made by <c>bartizan pin</c>, read by <see cref="PinFile"/>.
/// </summary>
public sealed record PinLock
{
    /// <summary>The file's name.</summary>
    public const string FileName = "agent.lock";

    /// <summary>Nothing seen.</summary>
    public static PinLock Nothing { get; } = new();

    /// <summary>The servers, by their names in the manifest.</summary>
    public ImmutableSortedDictionary<string, PinnedServer> Servers { get; init; } =
        ImmutableSortedDictionary<string, PinnedServer>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The files of the workspace that instruct agents, by their paths in it; null when nobody has looked at any.</summary>
    public ImmutableSortedDictionary<string, Digest>? Workspace { get; init; }

    /// <summary>What stands beside a server's tools, as far as it was seen.</summary>
    public KnownTools KnownTo(string server, IEnumerable<string> own, IEnumerable<string> servers) =>
        new(
            own.ToFrozenSet(StringComparer.Ordinal),
            [
                .. Servers
                    .Where(other => other.Key != server)
                    .SelectMany(other => other.Value.Tools.Keys.Select(tool => (other.Key, tool))),
            ],
            servers.Union(Servers.Keys).Where(other => other != server).ToFrozenSet(StringComparer.Ordinal)
        );

    /// <summary>What of a server was seen.</summary>
    public PinnedServer Of(string server) => Servers.GetValueOrDefault(server, PinnedServer.Nothing);
}
