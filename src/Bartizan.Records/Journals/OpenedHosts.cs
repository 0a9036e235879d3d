using Bartizan.Core.Enforcement;

namespace Bartizan.Records.Journals;

/// <summary>
/// Which hosts each agent has been let to open, by its name without its version: a fold over the log, which is where it comes from after
/// a restart. It decides nothing. What it forgets or never knew is new again: a bound makes it louder, never silent. For one thread.
/// </summary>
public sealed class OpenedHosts
{
    /// <summary>Agents that are remembered; names come from manifests.</summary>
    public const int MaxAgents = 1024;

    /// <summary>Hosts that are remembered of one agent; under a wildcard it has as many as it likes.</summary>
    public const int MaxHosts = 4096;

    private const string Scheme = "://";

    private readonly Dictionary<string, HashSet<string>> _agents = new(StringComparer.Ordinal);

    /// <summary>The agents of which it knows any.</summary>
    public IReadOnlyCollection<string> Agents => _agents.Keys;

    /// <summary>True when there is no room for an agent that it doesn't know.</summary>
    public bool IsFull => _agents.Count >= MaxAgents;

    /// <summary>Notes that an agent opens a host; true when it isn't known to have.</summary>
    public bool Add(ReadOnlySpan<char> agent, ReadOnlySpan<char> host)
    {
        if (agent.IsEmpty || host.IsEmpty)
        {
            return false;
        }

        var agents = _agents.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!agents.TryGetValue(agent, out var known))
        {
            if (IsFull)
            {
                return true;
            }

            agents[agent] = known = new HashSet<string>(StringComparer.Ordinal);
        }

        var hosts = known.GetAlternateLookup<ReadOnlySpan<char>>();
        return !hosts.Contains(host) && (known.Count >= MaxHosts || hosts.Add(host));
    }

    /// <summary>An agent's name, whatever its version.</summary>
    public static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> agent)
    {
        var at = agent.LastIndexOf('@');
        return at < 0 ? agent : agent[..at];
    }

    /// <summary>
    /// The host in the target of something that the egress proxy carried out; of Git over SSH the name that the manifest gives it. Empty
    /// where there is none.
    /// </summary>
    public static ReadOnlySpan<char> HostOf(Verb verb, ReadOnlySpan<char> target)
    {
        switch (verb)
        {
            case Verb.Tool:
                var slash = target.IndexOf('/');
                return slash < 0 ? target : target[..slash];
            case Verb.Http:
                var at = target.IndexOf(Scheme, StringComparison.Ordinal);
                target = at < 0 ? default : target[(at + Scheme.Length)..];
                var path = target.IndexOf('/');
                return WithoutPort(path < 0 ? target : target[..path]);
            case Verb.Connect:
                return WithoutPort(target);
            default:
                return default;
        }
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> authority)
    {
        var port = authority.LastIndexOf(':');
        return port < 0 ? authority : authority[..port];
    }
}
