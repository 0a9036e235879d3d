using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Sandbox.Oci;

/// <summary>What <c>/proc</c> says from outside about a container that waits for its go.</summary>
/// <param name="Agent">The process that becomes the agent.</param>
/// <param name="Init">Its parent, the container's first.</param>
/// <param name="Mounts">What is mounted in there; an entry is null where the kernel's line can't be understood.</param>
/// <param name="Interfaces">The interfaces of its network.</param>
/// <param name="Shown">What some of its paths lead to; a path that leads nowhere is missing.</param>
internal sealed record ContainerFacts(
    ProcessFacts Agent,
    ProcessFacts Init,
    ImmutableArray<MountFact?> Mounts,
    ImmutableArray<string> Interfaces,
    ImmutableDictionary<string, NodeNumber> Shown
)
{
    private const int HeadLines = 2; // of /proc/net/dev

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">When one of the two is gone.</exception>
    public static ContainerFacts Read(int agent, int init, IEnumerable<string> paths)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"/proc/{agent}");
        return new ContainerFacts(
            ProcessFacts.Read(agent),
            ProcessFacts.Read(init),
            [.. File.ReadAllLines($"{place}/mountinfo").Select(MountFact.Parse)],
            [
                .. File.ReadAllLines($"{place}/net/dev")
                    .Skip(HeadLines)
                    .Select(static line => line[..Math.Max(0, line.IndexOf(':', StringComparison.Ordinal))].Trim()),
            ],
            paths
                .Select(path => (path, Node: NodeAt(place + "/root" + path)))
                .Where(static one => one.Node is not null)
                .ToImmutableDictionary(static one => one.path, static one => one.Node!.Value, StringComparer.Ordinal)
        );
    }

    private static NodeNumber? NodeAt(string path)
    {
        try
        {
            return NodeNumber.Of(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
