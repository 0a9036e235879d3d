using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Control.People;

/// <summary>
/// What people who run the instance did, and what they were refused: entries of the kind <c>instance</c> at the point <c>people</c>, with
/// who, where from and by what. INVARIANT: what is done is durable before it is done; what is refused can't fill the log: above a rate
/// it is a number, and nobody's refusals are held back for somebody else's.
/// </summary>
public sealed class AdminLog(IJournal journal, TimeProvider clock)
{
    /// <summary>The point that the entries name.</summary>
    public const string Point = "people";

    /// <summary>Refusals that are written one by one before the rate holds.</summary>
    public const int MaxBurst = 64;

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(15);

    private readonly RefusalRate _refusals = new(clock);

    /// <summary>How much one person may do that is recorded: asked before it is.</summary>
    public ActRate Rate { get; } = new(clock);

    /// <summary>Records an act before it is done.</summary>
    /// <param name="caller">Who does it.</param>
    /// <param name="what">What it is.</param>
    /// <param name="target">Whom or what it is about.</param>
    /// <param name="why">What else is to be said, each by itself: the length of one hides no other.</param>
    /// <exception cref="IOException">It couldn't be recorded: it isn't done.</exception>
    public async Task DoneAsync(Caller caller, string what, string? target = null, params string[] why)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var says = string.Join(". ", why.Where(one => one.Length > 0).Select(ShownText.Bounded));
        await AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Point = Point,
                    Person = ShownText.Bounded(caller.Person),
                    Target = target is null ? null : ShownText.Bounded(target),
                    Detail = what,
                    Effect = Effect.Allow,
                    Reason = says.Length == 0 ? caller.By : $"{caller.By}: {says}",
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>Records what somebody was refused who is signed in; it is refused whether that can be written or not.</summary>
    public Task RefusedAsync(Caller caller, string what, string? target, string why)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return RefusedAsync(RefusalRate.ShareOf(caller), caller.Person, caller.By, what, target, why);
    }

    /// <summary>Records what whoever isn't signed in was refused, under the name that they gave.</summary>
    public Task RefusedAsync(string person, string by, string what, string? target, string why) =>
        RefusedAsync(RefusalRate.ShareOf(null), person, by, what, target, why);

    private async Task RefusedAsync(string share, string person, string by, string what, string? target, string why)
    {
        if (_refusals.Take(share) is not { } heldBack)
        {
            return;
        }

        var more = heldBack > 0 ? $"; {heldBack} refusals before it were held back" : "";
        try
        {
            await AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Instance,
                        Point = Point,
                        Person = ShownText.Bounded(person),
                        Target = target is null ? null : ShownText.Bounded(target),
                        Detail = ShownText.Bounded(what),
                        Effect = Effect.Deny,
                        Reason = $"{by}: {ShownText.Bounded(why)}{more}",
                        Count = heldBack + 1,
                    }
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            _refusals.HoldBack(share, heldBack + 1);
        }
    }

    /// <summary>Tells what somebody should look at: findings go where exports send them.</summary>
    public async Task FoundAsync(string code, string? target, string says)
    {
        try
        {
            await AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Finding,
                        Point = Point,
                        Target = target is null ? null : ShownText.Bounded(target),
                        Detail = code,
                        Reason = says,
                    }
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // What led to it is recorded or refused by itself.
        }
    }

    private async Task AppendAsync(Entry entry) =>
        await journal
            .AppendAsync(entry, CancellationToken.None)
            .AsTask()
            .WaitAsync(s_within, clock)
            .ConfigureAwait(false);
}
