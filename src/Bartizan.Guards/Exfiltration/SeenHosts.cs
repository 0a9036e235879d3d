namespace Bartizan.Guards.Exfiltration;

/// <summary>The hosts that a session has sent something to that nothing was found in.</summary>
internal sealed class SeenHosts
{
    /// <summary>Hosts that are remembered; those beyond stay new.</summary>
    public const int MaxHosts = 4096;

    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when nothing was sent there before.</summary>
    public bool IsNew(string host)
    {
        lock (_hosts)
        {
            return !_hosts.Contains(host);
        }
    }

    /// <summary>Something was sent there.</summary>
    public void Add(string host)
    {
        lock (_hosts)
        {
            if (_hosts.Count < MaxHosts)
            {
                _hosts.Add(host);
            }
        }
    }
}
