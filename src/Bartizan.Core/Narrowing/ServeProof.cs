using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Who is let in, what they are known by, and how much they may ask: of callers the first must say what the second says, of all else no
/// more. Of two issuers, audiences, keys or mappings neither is less: whom they let in, and what they say of them, stands in no manifest.
/// </summary>
internal sealed class ServeProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first lets others in, or more.</summary>
    public IEnumerable<Excess> Find(ServeSection? a, ServeSection? b)
    {
        if (a is null && b is null)
        {
            yield break;
        }

        if (a is null || b is null)
        {
            var (one, other) = b is null ? (nameOfFirst, nameOfSecond) : (nameOfSecond, nameOfFirst);
            yield return More($"{one} acts for those whom it answers (`serve`), {other} for whoever starts it");
            yield break;
        }

        if (!a.Callers.Canonical.SequenceEqual(b.Callers.Canonical, StringComparer.Ordinal))
        {
            yield return More(
                $"`serve: callers` of {nameOfFirst} and of {nameOfSecond} are not the same: other people are let in, or known by other claims"
            );
        }

        foreach (var key in WiderIn(a, b).Where(one => one.IsWider).Select(one => one.Key))
        {
            yield return More($"`serve: {key}` of {nameOfFirst} lets through what that of {nameOfSecond} doesn't");
        }
    }

    private static IEnumerable<(string Key, bool IsWider)> WiderIn(ServeSection a, ServeSection b) =>
        [
            ("listen", a.Listen is not null && b.Listen is null),
            ("tls", a.Listen is not null && a.Tls is null && b.Tls is not null),
            ("upstream", a.Upstream != b.Upstream),
            ("port", a.Port != b.Port),
            ("hosts", !b.Hosts.IsEmpty && (a.Hosts.IsEmpty || !IsWithin(a.Hosts, b.Hosts))),
            ("cors", !IsWithin(a.Origins, b.Origins)),
            ("csp", a.ContentPolicy != b.ContentPolicy),
            ("headers", !IsWithin(a.Headers, b.Headers)),
            ("sessions", a.Idle > b.Idle || a.MaxSessions > b.MaxSessions),
            ("limits.per_user", IsMore(a.Limits.PerUser, b.Limits.PerUser)),
            ("limits.per_address", IsMore(a.Limits.PerAddress, b.Limits.PerAddress)),
            ("limits.body", a.Limits.BodyBytes > b.Limits.BodyBytes),
            ("limits.response", a.Limits.AnswerBytes > b.Limits.AnswerBytes),
            ("limits.within", a.Limits.Within > b.Limits.Within),
            ("limits.first_byte", a.Limits.FirstByte > b.Limits.FirstByte),
            ("limits.start", a.Limits.Start > b.Limits.Start),
            ("limits.types", !IsWithin(a.Limits.Types, b.Limits.Types)),
            ("limits.url", a.Limits.Url > b.Limits.Url),
        ];

    private static bool IsWithin(ImmutableArray<string> a, ImmutableArray<string> b) =>
        a.All(one => b.Contains(one, StringComparer.OrdinalIgnoreCase));

    // A bucket that holds no more and refills no faster: of two that differ the other way in one of these neither is less.
    private static bool IsMore(CallerLimit a, CallerLimit b) =>
        a.AtOnce > b.AtOnce
        || a.Rate.Count > b.Rate.Count
        || (Int128)a.Rate.Count * b.Rate.Period.Ticks > (Int128)b.Rate.Count * a.Rate.Period.Ticks;

    private static Excess More(string says) => new(ExcessKind.Callers, says) { IsCertain = true };
}
