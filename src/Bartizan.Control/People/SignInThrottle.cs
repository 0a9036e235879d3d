using System.Net;
using System.Net.Sockets;

namespace Bartizan.Control.People;

/// <summary>
/// Slows down whoever guesses, before anything is hashed. Three counts of failures, each with a wait that grows and fades:
/// <code>
/// address   from the 5th failure on 1 s, 2 s, 4 s … 15 min     one machine
/// account   from the 10th on        10 s, and a network that failed there 1 s … 1 min
///                                                              one person, from addresses that they never signed in from
/// all       above 120 in 10 min     1 s, and a network that tried 10 s
///                                                              everybody, from addresses that nobody signed in from
/// </code>
/// Nobody is locked out for ever: a person's own address is held up by its own failures alone, and a network (/24, /48) that takes turn
/// after turn loses its own. INVARIANT: who signs in takes back what failed of their own account from there, and nobody else's: with an
/// account of one's own one guesses no faster at others'.
/// </summary>
public sealed class SignInThrottle(TimeProvider clock)
{
    /// <summary>Addresses and accounts that are remembered; the least lately seen goes.</summary>
    public const int MaxCounts = 8192;

    /// <summary>Addresses remembered that somebody signed in from.</summary>
    public const int MaxKnown = 8192;

    private const int FreeOfAddress = 5;
    private const int FreeOfAccount = 10;
    private const int FreeOfAll = 120;
    private static readonly TimeSpan s_mostOfAddress = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_mostOfAccount = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);

    // Enough for others' turns between two of one network, and between two guesses at one account from anywhere.
    private static readonly TimeSpan s_turns = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_fades = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Count> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Account, string Address), Count> _pairs = [];
    private readonly Dictionary<(string Account, string Network), Count> _networks = [];
    private readonly Dictionary<(string Account, string Address), DateTimeOffset> _known = [];
    private readonly Queue<DateTimeOffset> _all = new();
    private DateTimeOffset _last;

    /// <summary>
    /// Takes an attempt, which counts as failed until it has succeeded: so attempts at once are no way around. How long it has to wait,
    /// zero when it may be tried now; and how many of this account and from this address failed lately.
    /// </summary>
    public (TimeSpan Wait, int OfAccount, int FromAddress) Take(string account, string address)
    {
        var (now, place, network) = (clock.GetUtcNow(), PlaceOf(address), NetworkOf(address));
        lock (_lock)
        {
            Forget(now);
            var wait = WaitFor(account, place, network, now);
            if (wait > TimeSpan.Zero)
            {
                return (wait, 0, 0);
            }

            if (_all.Count < FreeOfAll)
            {
                _all.Enqueue(now);
            }

            _last = now;
            Add(_pairs, (account, place), now);
            Add(_networks, (account, network), now);
            Add(_counts, $"in {network}", now);
            return (TimeSpan.Zero, Add(_counts, $"of {account}", now), Add(_counts, $"from {place}", now));
        }
    }

    /// <summary>Somebody signed in from there.</summary>
    public void Succeeded(string account, string address)
    {
        var place = PlaceOf(address);
        lock (_lock)
        {
            _counts.Remove($"of {account}");
            _networks.Remove((account, NetworkOf(address)));
            _pairs.Remove((account, place), out var theirs);
            if (_counts.TryGetValue($"from {place}", out var all))
            {
                _counts[$"from {place}"] = all with { Failures = Math.Max(0, all.Failures - (theirs?.Failures ?? 1)) };
            }

            _known[(account, place)] = clock.GetUtcNow();
            if (_known.Count > MaxKnown)
            {
                _known.Remove(_known.MinBy(one => one.Value).Key);
            }
        }
    }

    /// <summary>Forgets the failures of an account.</summary>
    public void Unlock(string account)
    {
        lock (_lock)
        {
            _counts.Remove($"of {account}");
        }
    }

    /// <summary>What counts as one place: of IPv6 the network, of which one machine has 2^64 addresses.</summary>
    public static string PlaceOf(string address) => Cut(address, 4, 8);

    /// <summary>What counts as one network: of which one customer of a provider has many places.</summary>
    public static string NetworkOf(string address) => Cut(address, 3, 6);

    private static string Cut(string address, int bytesOf4, int bytesOf6)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return "nowhere";
        }

        var plain = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(plain.AddressFamily == AddressFamily.InterNetworkV6 ? bytesOf6 : bytesOf4).Clear();
        return new IPAddress(bytes).ToString();
    }

    private TimeSpan WaitFor(string account, string place, string network, DateTimeOffset now)
    {
        var wait = Left(_counts.GetValueOrDefault($"from {place}"), FreeOfAddress, s_mostOfAddress, now);
        return _known.ContainsKey((account, place))
            ? wait
            : ((TimeSpan[])[wait, OfAccount(account, network, now), OfAll(network, now)]).Max();
    }

    private TimeSpan OfAccount(string account, string network, DateTimeOffset now)
    {
        if (
            _counts.GetValueOrDefault($"of {account}") is not { Failures: >= FreeOfAccount } all
            || now - all.Last > s_fades
        )
        {
            return TimeSpan.Zero;
        }

        var ofNetwork = Left(_networks.GetValueOrDefault((account, network)), 1, s_mostOfAccount, now);
        return ((TimeSpan[])[ofNetwork, all.Last + s_turns - now]).Max();
    }

    private TimeSpan OfAll(string network, DateTimeOffset now)
    {
        if (_all.Count < FreeOfAll)
        {
            return TimeSpan.Zero;
        }

        var ofNetwork = _counts.GetValueOrDefault($"in {network}") is { } last
            ? last.Last + s_turns - now
            : TimeSpan.Zero;
        return ((TimeSpan[])[ofNetwork, _last + s_first - now]).Max();
    }

    private static TimeSpan Left(Count? count, int free, TimeSpan most, DateTimeOffset now)
    {
        if (count is null || count.Failures < free || now - count.Last > s_fades)
        {
            return TimeSpan.Zero;
        }

        var doublings = Math.Min(count.Failures - free, 16);
        var wait = s_first * (1 << doublings);
        var left = count.Last + (wait < most ? wait : most) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static int Add<TKey>(Dictionary<TKey, Count> counts, TKey key, DateTimeOffset now)
        where TKey : notnull
    {
        var before = counts.GetValueOrDefault(key);
        var failures = before is null || now - before.Last > s_fades ? 1 : before.Failures + 1;
        counts[key] = new Count(failures, now);
        if (counts.Count > MaxCounts)
        {
            counts.Remove(counts.MinBy(one => one.Value.Last).Key);
        }

        return failures;
    }

    private void Forget(DateTimeOffset now)
    {
        while (_all.TryPeek(out var oldest) && now - oldest > s_window)
        {
            _all.Dequeue();
        }
    }

    private sealed record Count(int Failures, DateTimeOffset Last);
}
