using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Pins;

/// <summary>What of one tool server a person has seen.</summary>
public sealed record PinnedServer
{
    /// <summary>Nothing of it.</summary>
    public static PinnedServer Nothing { get; } = new();

    /// <summary>What it said of itself, in each era of the protocol; nothing when it says nothing.</summary>
    public ImmutableArray<ServerIdentity> Identities { get; init; } = [];

    /// <summary>
    /// Its tools by name. A tool has more than one definition where the server tells it differently in the two eras of the protocol.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableArray<ToolDefinition>> Tools { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<ToolDefinition>>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>True when a tool was seen as it is.</summary>
    public bool Holds(ToolDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Tools.TryGetValue(definition.Name, out var seen) && seen.Any(one => one.Digest == definition.Digest);
    }

    /// <summary>
    /// True when everything that the server says of itself was seen; the eras of the protocol don't have it say the same at once.
    /// </summary>
    public bool Holds(ServerIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Members.All(said =>
            Identities.Any(one => one.Members.GetValueOrDefault(said.Key) == said.Value)
        );
    }

    /// <summary>True when of what wasn't seen nothing else was seen in its place.</summary>
    public bool LacksOnly(ServerIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Members.All(said =>
            Identities.All(one => one.Members.GetValueOrDefault(said.Key, said.Value) == said.Value)
        );
    }

    /// <summary>With one more definition.</summary>
    public PinnedServer With(ToolDefinition definition) =>
        Holds(definition)
            ? this
            : this with
            {
                Tools = Tools.SetItem(
                    definition.Name,
                    Tools.TryGetValue(definition.Name, out var seen) ? seen.Add(definition) : [definition]
                ),
            };

    /// <summary>With one more identity.</summary>
    public PinnedServer With(ServerIdentity identity) =>
        Holds(identity) ? this : this with { Identities = Identities.Add(identity) };

    /// <summary>The digest over all of it.</summary>
    public Digest Digest =>
        Digest.Of(
            System.Text.Encoding.ASCII.GetBytes(
                string.Join(
                    '\n',
                    Identities
                        .Select(one => one.Digest.ToString())
                        .Concat(Tools.Values.SelectMany(all => all.Select(one => one.Digest.ToString())))
                        .Order(StringComparer.Ordinal)
                )
            )
        );
}
