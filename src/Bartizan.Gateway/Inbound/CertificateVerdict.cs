namespace Bartizan.Gateway.Inbound;

/// <summary>Whose a certificate is, by which authorities, and for how long that may be said.</summary>
/// <param name="By">The authorities.</param>
/// <param name="Caller">Whose it is.</param>
/// <param name="From">The first moment.</param>
/// <param name="Until">The first moment that is too late.</param>
internal sealed record CertificateVerdict(
    CallerAuthorities By,
    Caller Caller,
    DateTimeOffset From,
    DateTimeOffset Until
)
{
    /// <summary>True while it needn't be looked at again.</summary>
    public bool Holds(CallerAuthorities by, DateTimeOffset now) =>
        ReferenceEquals(By, by) && now >= From && now < Until;
}
