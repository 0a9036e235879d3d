using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Budgets;

/// <summary>
/// What the sessions of one instance spend. All of it stands in one process under one lock, which is held for a few hundred
/// nanoseconds, so that two actions never both take the last unit.
/// <code>
/// reserve the worst case ─ (intent durable, with the reservation) ─ take bytes as they pass ─ settle ─ (outcome, with what was spent)
/// </code>
/// INVARIANT: used + reserved never passes a limit by a reservation. It can by a settlement, when the other side says that it
/// did more than it was asked for; that is spent then, and nothing more is granted.
/// </summary>
public sealed class BudgetLedger(PriceTable prices, TimeProvider clock) : ISharedLedger
{
    /// <summary>
    /// Agents, persons and owners whose day is kept; those of an earlier day go first. Names come from manifests and from people
    /// of this host, so that more is a mistake; a new one is refused then.
    /// </summary>
    public const int MaxAccounts = 65_536;

    /// <summary>Reserved of an answer whose model's own bound is unknown: twice the largest of today.</summary>
    public const long UnknownMaxOutput = 262_144;

    /// <summary>Reserved of an input that only the context bounds, when that is unknown: twice the largest of today.</summary>
    public const long UnknownContext = 2_097_152;

    private static readonly Budget s_none = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<(BudgetScope Scope, string Name, string Person), BudgetAccount> _accounts = [];
    private readonly ConditionalWeakTable<Session, SessionAccount> _sessions = [];

    /// <summary>Takes up what the log says was spent before this instance started. Once, before the first action.</summary>
    public void Restore(IEnumerable<RecordedSpend> recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        lock (_lock)
        {
            foreach (var one in recorded.OrderBy(one => one.Day))
            {
                foreach (var account in AccountsOf(one.Agent, one.Person, one.Team, one.Day))
                {
                    // Later in the list, earlier by date: only what stands on the account's own day counts.
                    account.IsRestored = true;
                    if (account.Day != one.Day)
                    {
                        continue;
                    }

                    account.Add(one.Total);
                    foreach (var (verb, calls) in one.Calls)
                    {
                        account.Add(BudgetAccount.UnitOf(verb), calls);
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<LedgerAnswer> ReserveAsync(
        Session session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        var host = LimitedHost.Of(session, action);
        if ((session.Manifest.Budget ?? (host is null ? null : s_none)) is not { } budget)
        {
            return new(new LedgerAnswer(null, "its manifest has no budget to reserve from"));
        }

        // Hashing a request takes longer than anything under the lock.
        var call = budget.SameCall is null || !IsCounted(action) ? default : action.ComputeDigest();
        lock (_lock)
        {
            return new(Reserve(session, budget, action, call, host));
        }
    }

    /// <inheritdoc/>
    public bool TryTake(Reservation reservation, long bytes, Heading heading = Heading.Back)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        if (reservation.Deadline < clock.GetTimestamp())
        {
            reservation.Exhausted = "its session's time is up: `budgets.session.wall_clock`";
            return false;
        }

        if (reservation.ByteLimits.IsEmpty && reservation.Host is null)
        {
            return true;
        }

        lock (_lock)
        {
            if (reservation.Host?.Lack(bytes, heading) is { } lack)
            {
                reservation.Exhausted = lack;
                return false;
            }

            foreach (var (limit, account) in reservation.ByteLimits)
            {
                if (IsOf(reservation, account) && limit.Most - account[BudgetUnit.Bytes] < bytes)
                {
                    reservation.Exhausted = $"`{limit.Name}` is used up: its limit is {limit.Show(limit.Most)}";
                    return false;
                }
            }

            reservation.Host?.Add(bytes, heading);
            reservation.Bytes += bytes;
            foreach (var account in reservation.Accounts.Where(account => IsOf(reservation, account)))
            {
                account.Add(BudgetUnit.Bytes, bytes);
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public Spend Settle(Reservation reservation, Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        ArgumentNullException.ThrowIfNull(outcome);
        lock (_lock)
        {
            var spent = Settlement.Of(reservation, outcome);
            if (reservation.IsSettled)
            {
                return spent;
            }

            reservation.IsSettled = true;
            foreach (var account in reservation.Accounts)
            {
                account.Add(BudgetUnit.Concurrent, -1);
                if (IsOf(reservation, account))
                {
                    account.Add(reservation.Spend with { Bytes = reservation.Bytes }, -1);
                    account.Add(spent);
                }
            }

            return spent;
        }
    }

    /// <summary>What stands on the budgets of a session's manifest, for people.</summary>
    public ImmutableArray<BudgetStanding> StandingOf(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Manifest.Budget is not { } budget)
        {
            return [];
        }

        lock (_lock)
        {
            var accounts = AccountsOf(session, Today());
            var seconds = _sessions.TryGetValue(session.Payer, out var own)
                ? (long)clock.GetElapsedTime(own.Opened).TotalSeconds
                : 0;
            return
            [
                .. budget.Limits.Select(limit => new BudgetStanding(
                    limit,
                    limit.Unit == BudgetUnit.WallClock ? seconds : accounts[(int)limit.Scope][limit.Unit]
                )),
            ];
        }
    }

    private LedgerAnswer Reserve(Session session, Budget budget, AgentAction action, Digest call, LimitedHost? limited)
    {
        var now = clock.GetTimestamp();
        var own = _sessions.GetValue(session.Payer, _ => new SessionAccount(now));
        if (_accounts.Count >= MaxAccounts && !MakeRoom())
        {
            return new(null, $"this instance already counts the budgets of {MaxAccounts} names a day");
        }

        var accounts = AccountsOf(session, Today());
        var demand = Demand.Of(budget, action, prices);
        if (demand.Problem is { } problem)
        {
            return new(null, problem);
        }

        if (budget.SameCall is { } most && call != default && own.TimesMade(call) >= most)
        {
            return new(
                null,
                $"`budgets.same_call`: this very call was made {most} times in this session, and may not be again"
            );
        }

        var output = demand.MostOutput;
        foreach (var limit in budget.Limits)
        {
            var account = accounts[(int)limit.Scope];
            if (demand.Refusal(limit, account[limit.Unit], ref output, own.Opened, clock) is { } refusal)
            {
                return new(null, refusal + Refill(limit, account), WaitFor(limit));
            }
        }

        foreach (var rate in budget.Rates.Where(rate => Concerns(rate, action)))
        {
            var bucket = accounts[(int)rate.Scope].BucketOf(rate, clock.TimestampFrequency, now);
            if (bucket.Wait(now) is > 0 and var ticks)
            {
                var wait = TimeSpan.FromSeconds(Math.Ceiling((double)ticks / clock.TimestampFrequency));
                return new(
                    null,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"`{rate.Name}` is {rate}, and the next is free in {wait.TotalSeconds:0} s"
                    ),
                    wait
                );
            }
        }

        var host = limited is { } one ? own.HostOf(one, clock.TimestampFrequency, now) : null;
        return host?.Refusal(now) ?? new(Take(session, budget, action, demand, output, accounts, own, call, now, host));
    }

    private Reservation Take(
        Session session,
        Budget budget,
        AgentAction action,
        Demand demand,
        long output,
        ImmutableArray<BudgetAccount> accounts,
        SessionAccount own,
        Digest call,
        long now,
        HostAccount? host
    )
    {
        host?.Open(now);
        var spend = demand.SpendOf(output) with
        {
            Day = accounts[(int)BudgetScope.Day].Day,
            Team = session.Manifest.Owner,
        };
        foreach (var rate in budget.Rates.Where(rate => Concerns(rate, action)))
        {
            accounts[(int)rate.Scope].BucketOf(rate, clock.TimestampFrequency, now).Take(now);
        }

        foreach (var account in accounts)
        {
            account.Add(BudgetAccount.UnitOf(action.Target.Verb), 1);
            account.Add(BudgetUnit.Concurrent, 1);
            account.Add(spend);
        }

        if (call != default)
        {
            own.Made(call);
        }

        var time = budget.Limits.FirstOrDefault(limit => limit.Unit == BudgetUnit.WallClock);
        return new Reservation(spend, action.Target.Verb, demand.Price, accounts)
        {
            OutputTokens = demand.IsCounted ? output : long.MaxValue,
            AskAtMost = demand.IsCounted && output < demand.MostOutput ? output / demand.Answers : null,
            Host = host,
            Deadline = time is null ? long.MaxValue : DeadlineOf(own, time.Most),
            ByteLimits =
            [
                .. budget
                    .Limits.Where(limit => limit.Unit == BudgetUnit.Bytes)
                    .Select(limit => (limit, accounts[(int)limit.Scope])),
            ],
        };
    }

    private long DeadlineOf(SessionAccount own, long seconds) =>
        (long)Int128.Min(long.MaxValue, ((Int128)seconds * clock.TimestampFrequency) + own.Opened);

    // A tunnel is opaque: two of them are not the same call. What stays inside the sandbox costs nothing outside.
    private static bool IsCounted(AgentAction action) =>
        action.Target.Verb is Verb.Tool or Verb.Http or Verb.Delegate
        || (action.Target.Verb == Verb.Model && !action.Payloads.IsDefaultOrEmpty);

    private static bool Concerns(BudgetRate rate, AgentAction action) =>
        rate.Verb == Verb.Unknown || rate.Verb == action.Target.Verb;

    // After midnight the old day's figures are gone, and what was reserved of them with them.
    private static bool IsOf(Reservation reservation, BudgetAccount account) =>
        account.Day == default || account.Day == reservation.Spend.Day;

    private static string Refill(BudgetLimit limit, BudgetAccount account) =>
        limit.Unit == BudgetUnit.Concurrent ? "; try again when one of them has ended"
        : limit.Scope == BudgetScope.Session ? "; it holds for the whole session"
        : string.Create(CultureInfo.InvariantCulture, $"; it refills at {account.Day.AddDays(1):yyyy-MM-dd}T00:00:00Z");

    private static TimeSpan? WaitFor(BudgetLimit limit) =>
        limit.Unit == BudgetUnit.Concurrent ? TimeSpan.FromSeconds(1) : null;

    private DateOnly Today() => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    private ImmutableArray<BudgetAccount> AccountsOf(Session session, DateOnly today)
    {
        var daily = AccountsOf(session.Manifest.Agent, session.Person, session.Manifest.Owner, today);
        return [_sessions.GetValue(session.Payer, _ => new SessionAccount(clock.GetTimestamp())).Account, .. daily];
    }

    // In the order of the scopes.
    private BudgetAccount[] AccountsOf(string agent, string person, string team, DateOnly today)
    {
        BudgetAccount[] accounts =
        [
            AccountOf(BudgetScope.Day, agent, ""),
            AccountOf(BudgetScope.User, agent, person),
            AccountOf(BudgetScope.Team, team, ""),
        ];

        // All of them stand on one day, the latest that any has seen: a reservation is of one day.
        var day = accounts.Max(account => account.Day);
        foreach (var account in accounts)
        {
            account.Roll(today > day ? today : day);
        }

        return accounts;
    }

    private BudgetAccount AccountOf(BudgetScope scope, string name, string person)
    {
        if (!_accounts.TryGetValue((scope, name, person), out var account))
        {
            account = new BudgetAccount(isDaily: true);
            _accounts.Add((scope, name, person), account);
        }

        return account;
    }

    private bool MakeRoom()
    {
        var today = Today();
        foreach (var key in _accounts.Where(pair => pair.Value.IsIdle(today)).Select(pair => pair.Key).ToList())
        {
            _accounts.Remove(key);
        }

        return _accounts.Count < MaxAccounts;
    }
}
