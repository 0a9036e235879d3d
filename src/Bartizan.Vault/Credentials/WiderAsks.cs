namespace Bartizan.Vault.Credentials;

/// <summary>
/// What a provider answered with more than was asked for, in one session. Each one that is made counts there until its end, whether or not
/// it is lent: so it is asked for again after a minute, then after two, and so on, however often the agent wants it.
/// </summary>
internal sealed class WiderAsks
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (DateTimeOffset NotBefore, TimeSpan Next, string Problem)> _asks = new(
        StringComparer.Ordinal
    );

    /// <summary>Adds one.</summary>
    public void Add(string ask, DateTimeOffset now, string problem)
    {
        var wait = _asks.TryGetValue(ask, out var before) ? before.Next : s_first;
        _asks[ask] = (now + wait, wait * 2, problem);
    }

    /// <summary>Why it isn't asked for now; null when it is.</summary>
    public string? ProblemOf(string ask, DateTimeOffset now) =>
        _asks.TryGetValue(ask, out var one) && now < one.NotBefore ? one.Problem : null;
}
