namespace Bartizan.Control.People;

/// <summary>
/// How many refusals are entries of their own: a burst for each share, then one in two seconds, and the others a number in the next one.
/// Strangers have one share together, people without a role another, and everybody else one of their own: nobody's noise hides what
/// somebody else was refused.
/// </summary>
internal sealed class RefusalRate(TimeProvider clock)
{
    /// <summary>Shares that are kept; the least lately used is forgotten, and what it held back is told as strangers'.</summary>
    public const int MaxShares = 1024;

    private const double PerSecond = 0.5;
    private const string Strangers = "";
    private const string WithoutRole = "without a role";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);

    /// <summary>Whose share a refusal is of; null for whoever isn't signed in.</summary>
    public static string ShareOf(Caller? caller) =>
        caller is null ? Strangers
        : caller.Grants.IsDefaultOrEmpty ? WithoutRole
        : $"of {caller.Person}";

    /// <summary>How many were held back before this one; null when it is held back itself.</summary>
    public long? Take(string share)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            var before = _shares.GetValueOrDefault(share) ?? new Share(AdminLog.MaxBurst, 0, now);
            var restored = clock.GetElapsedTime(before.Last, now).TotalSeconds * PerSecond;
            var left = Math.Min(AdminLog.MaxBurst, before.Left + restored);
            Keep(share, left < 1 ? new Share(left, before.Held + 1, now) : new Share(left - 1, 0, now));
            return left < 1 ? null : before.Held;
        }
    }

    /// <summary>Gives back what couldn't be told.</summary>
    public void HoldBack(string share, long refusals)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            var before = _shares.GetValueOrDefault(share) ?? new Share(AdminLog.MaxBurst, 0, now);
            Keep(share, before with { Held = before.Held + refusals });
        }
    }

    private void Keep(string share, Share now)
    {
        _shares[share] = now;
        if (_shares.Count <= MaxShares)
        {
            return;
        }

        var oldest = _shares.Where(one => one.Key != Strangers && one.Key != share).MinBy(one => one.Value.Last).Key;
        _shares.Remove(oldest, out var gone);
        var strangers = _shares.GetValueOrDefault(Strangers) ?? now with { Left = AdminLog.MaxBurst, Held = 0 };
        _shares[Strangers] = strangers with { Held = strangers.Held + gone!.Held };
    }

    private sealed record Share(double Left, long Held, long Last);
}
