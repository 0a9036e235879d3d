using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Control.People;

/// <summary>
/// What people who run the instance did, and what they were refused: entries of the kind <c>instance</c> at the point <c>people</c>, with
/// who, where from and by what. INVARIANT: what is done is durable before it is done; what is refused can't fill the log: above a rate
/// it is a number.
/// </summary>
public sealed class AdminLog(IJournal journal, TimeProvider clock)
{
    /// <summary>The point that the entries name.</summary>
    public const string Point = "people";

    /// <summary>Refusals that are written one by one before the rate holds.</summary>
    public const int MaxBurst = 64;

    private const double PerSecond = 0.5;
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private double _left = MaxBurst;
    private long _heldBack;
    private long _last = clock.GetTimestamp();

    /// <summary>How much one person may do that is recorded: asked before it is.</summary>
    public ActRate Rate { get; } = new(clock);

    /// <summary>Records an act before it is done.</summary>
    /// <exception cref="IOException">It couldn't be recorded: it isn't done.</exception>
    public async Task DoneAsync(Caller caller, string what, string? target = null, string? why = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Point = Point,
                    Person = ShownText.Bounded(caller.Person),
                    Target = target is null ? null : ShownText.Bounded(target),
                    Detail = what,
                    Effect = Effect.Allow,
                    Reason = why is null ? caller.By : $"{caller.By}: {ShownText.Bounded(why)}",
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>Records what was refused; it is refused whether that can be written or not.</summary>
    public async Task RefusedAsync(string person, string by, string what, string? target, string why)
    {
        if (Take() is not { } heldBack)
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
            lock (_lock)
            {
                _heldBack += heldBack + 1;
            }
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

    // How many were held back before this one; null when it is held back itself.
    private long? Take()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _left = Math.Min(MaxBurst, _left + (clock.GetElapsedTime(_last, now).TotalSeconds * PerSecond));
            _last = now;
            if (_left < 1)
            {
                _heldBack++;
                return null;
            }

            _left--;
            var held = _heldBack;
            _heldBack = 0;
            return held;
        }
    }
}
