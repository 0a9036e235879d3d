using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Budgets;

/// <summary>
/// What entries say was spent, added up in the log's order: an intent counts as its reservation until its outcome says less or
/// more. An intent without an outcome, or with one that doesn't know, stays at its reservation.
/// </summary>
public sealed class SpendFold
{
    private readonly Dictionary<(string Agent, string Person, string Team, DateOnly Day), Sum> _sums = [];
    private readonly Dictionary<(SessionId Session, long Passage), (Sum Sum, Spend Reserved)> _open = [];

    /// <summary>The sums.</summary>
    public ImmutableArray<RecordedSpend> Result =>
        [
            .. _sums.Select(pair => new RecordedSpend(
                pair.Key.Agent,
                pair.Key.Person,
                pair.Key.Team,
                pair.Key.Day,
                pair.Value.Calls.ToImmutableDictionary(),
                pair.Value.Total
            )),
        ];

    /// <summary>True when an intent of this fold waits for this outcome.</summary>
    public bool Awaits(SessionId session, long passage) => _open.ContainsKey((session, passage));

    /// <summary>Adds an entry; what spends nothing is passed over.</summary>
    public void Add(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry is { Kind: EntryKind.Intent, Spend: { Day: { } day } reserved })
        {
            var key = (NameOf(entry.Agent), entry.Person ?? "", reserved.Team ?? "", day);
            if (!_sums.TryGetValue(key, out var sum))
            {
                sum = new Sum();
                _sums.Add(key, sum);
            }

            sum.Calls[entry.Verb] = sum.Calls.GetValueOrDefault(entry.Verb) + 1;
            sum.Add(reserved, 1);
            _open[(entry.Session, entry.Passage)] = (sum, reserved);
        }
        else if (
            entry.Kind == EntryKind.Outcome
            && _open.Remove((entry.Session, entry.Passage), out var open)
            && entry.Spend is { } spent
        )
        {
            open.Sum.Add(open.Reserved, -1);
            open.Sum.Add(spent, 1);
        }
    }

    // `name@version`: a new version goes on with what the old one left.
    private static string NameOf(string? agent) => agent?.Split('@')[0] ?? "";

    private sealed class Sum
    {
        public Dictionary<Verb, long> Calls { get; } = [];

        public Spend Total { get; private set; } = Spend.None;

        public void Add(Spend spend, int sign) =>
            Total = new Spend
            {
                Tokens = Clamp((Int128)Total.Tokens + ((Int128)spend.Tokens * sign)),
                MicroDollars = Clamp((Int128)Total.MicroDollars + ((Int128)spend.MicroDollars * sign)),
                Bytes = Clamp((Int128)Total.Bytes + ((Int128)spend.Bytes * sign)),
            };

        private static long Clamp(Int128 value) => (long)Int128.Clamp(value, 0, long.MaxValue);
    }
}
