using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What one session has had of one host. Only the ledger touches it, under its lock.</summary>
internal sealed class HostAccount(LimitedHost host, long frequency, long now)
{
    private readonly RateBucket? _bucket = host.Terms.Rate is { } rate
        ? new RateBucket(rate, frequency, now, empty: false)
        : null;

    private long _up;
    private long _down;

    /// <summary>Why nothing more may be opened there, and when it may again; null when it may.</summary>
    public LedgerAnswer? Refusal(long at)
    {
        foreach (var heading in (Heading[])[Heading.Out, Heading.Back])
        {
            if (LeftOf(heading) <= 0)
            {
                return new LedgerAnswer(null, $"{UsedUp(heading)}; it holds for the whole session");
            }
        }

        if (_bucket?.Wait(at) is not (> 0 and var ticks))
        {
            return null;
        }

        var wait = TimeSpan.FromSeconds(Math.Ceiling((double)ticks / frequency));
        return new LedgerAnswer(
            null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"`hosts.{host.Name}.rate` is {host.Terms.Rate}, and the next is free in {wait.TotalSeconds:0} s"
            ),
            wait
        );
    }

    /// <summary>Takes one opening; the caller has seen that there is one.</summary>
    public void Open(long at) => _bucket?.Take(at);

    /// <summary>
    /// Why so many bytes don't fit; null when they do. What didn't fit once ends that way for the session: a client that tries again
    /// is told so, and not cut again and again.
    /// </summary>
    public string? Lack(long bytes, Heading heading)
    {
        if (bytes <= LeftOf(heading))
        {
            return null;
        }

        Add(long.MaxValue, heading);
        return UsedUp(heading);
    }

    /// <summary>Takes bytes; the caller has seen that they fit.</summary>
    public void Add(long bytes, Heading heading)
    {
        ref var used = ref _down;
        if (heading == Heading.Out)
        {
            used = ref _up;
        }

        used = used > long.MaxValue - bytes ? long.MaxValue : used + bytes;
    }

    private long LeftOf(Heading heading) =>
        heading == Heading.Out ? (host.Terms.Up ?? long.MaxValue) - _up : (host.Terms.Down ?? long.MaxValue) - _down;

    private string UsedUp(Heading heading) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"`hosts.{host.Name}.{(heading == Heading.Out ? "up" : "down")}` is used up: its limit is {(heading == Heading.Out ? host.Terms.Up : host.Terms.Down)} bytes"
        );
}
