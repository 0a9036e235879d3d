using System.Collections.Immutable;
using Bartizan.Vault.Providers;

namespace Bartizan.Vault.Credentials;

/// <summary>What a provider issued to a session, field by field, until its time is over.</summary>
internal sealed class ProvidedLoan(
    ImmutableDictionary<string, Loan> fields,
    string? lease,
    DateTimeOffset until,
    KeptAnchor? anchor
)
{
    private long _leaseEnds = DateTimeOffset.MaxValue.UtcTicks;
    private long _goesOnUntil = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>By what it alone is revoked; null for what hangs on its login.</summary>
    public KeptAnchor? Anchor => anchor;

    /// <summary>Its lease's id there; null for what is kept there.</summary>
    public string? LeaseId => lease;

    /// <summary>The manifest lends it until then, however long its lease could last.</summary>
    public DateTimeOffset Until => until;

    /// <summary>True when no value of it is in memory any more.</summary>
    public bool IsWiped => fields.Values.All(loan => loan.IsWiped);

    /// <summary>Makes it of what was issued.</summary>
    public static ProvidedLoan Of(
        IssuedSecret issued,
        string target,
        int number,
        DateTimeOffset until,
        KeptAnchor? anchor = null
    ) =>
        new(
            issued.Fields.ToImmutableDictionary(
                one => one.Key,
                one => new Loan(target, number, $"{target}#{one.Key}@{number}", one.Value, until),
                StringComparer.Ordinal
            ),
            issued.Lease,
            until,
            anchor
        );

    /// <summary>A lease on one field; null when its time is over, or half of it, where it is to be issued anew then.</summary>
    public Lease? Borrow(string field, DateTimeOffset now) =>
        now.UtcTicks < Volatile.Read(ref _goesOnUntil) ? BorrowStill(field, now) : null;

    /// <summary>A lease on one field, for as long as it counts.</summary>
    public Lease? BorrowStill(string field, DateTimeOffset now) =>
        now < until && now.UtcTicks < Volatile.Read(ref _leaseEnds) && fields.TryGetValue(field, out var loan)
            ? loan.Borrow()?.With(Beside(field))
            : null;

    // A key's secret signs only with the key's id and the token of its session.
    private ImmutableDictionary<string, Lease> Beside(string field)
    {
        var parts = ImmutableDictionary<string, Lease>.Empty;
        foreach (var (name, loan) in fields.Where(one => one.Key != field))
        {
            parts = loan.Borrow() is { } lease ? parts.Add(name, lease) : parts;
        }

        return parts;
    }

    /// <summary>A lease to compare with: whatever its time, while the value is there.</summary>
    public Lease? BorrowToCompare(string field) =>
        fields.TryGetValue(field, out var loan) ? loan.BorrowToCompare() : null;

    /// <summary>Its lease lasts until then; nothing is lent of it later, however late its end is noticed.</summary>
    public void LastUntil(DateTimeOffset leaseEnds) => Volatile.Write(ref _leaseEnds, leaseEnds.UtcTicks);

    /// <summary>From then on it is better issued anew; it counts on.</summary>
    public void GoesOnUntil(DateTimeOffset then) => Volatile.Write(ref _goesOnUntil, then.UtcTicks);

    /// <summary>Ends it: at once, or for whoever comes next.</summary>
    public void End(bool atOnce)
    {
        foreach (var loan in fields.Values)
        {
            loan.End(atOnce);
        }
    }
}
