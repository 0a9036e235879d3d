using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What the ledger keeps of one session, for as long as the session lives.</summary>
internal sealed class SessionAccount(long opened)
{
    /// <summary>
    /// Different calls that are remembered; then those made least often are forgotten. A loop is short: one of more than four
    /// thousand different calls is held by the other limits.
    /// </summary>
    public const int MaxRememberedCalls = 4096;

    private readonly Dictionary<Digest, int> _calls = [];
    private readonly Dictionary<string, HostAccount> _hosts = new(StringComparer.Ordinal);

    /// <summary>What it spent.</summary>
    public BudgetAccount Account { get; } = new(isDaily: false);

    /// <summary>The clock's ticks at its first action.</summary>
    public long Opened { get; } = opened;

    /// <summary>What it had of a host of which it may have only so much. Their number is that of its manifest's terms.</summary>
    public HostAccount HostOf(LimitedHost host, long frequency, long now)
    {
        if (!_hosts.TryGetValue(host.Name, out var account))
        {
            account = new HostAccount(host, frequency, now);
            _hosts.Add(host.Name, account);
        }

        return account;
    }

    /// <summary>How often a call was made.</summary>
    public int TimesMade(Digest call) => _calls.GetValueOrDefault(call);

    /// <summary>Counts a call.</summary>
    public void Made(Digest call)
    {
        if (_calls.Count >= MaxRememberedCalls && !_calls.ContainsKey(call))
        {
            var least = _calls.Values.Min();
            foreach (var old in _calls.Where(pair => pair.Value == least).Select(pair => pair.Key).ToList())
            {
                _calls.Remove(old);
            }
        }

        _calls[call] = TimesMade(call) + 1;
    }
}
