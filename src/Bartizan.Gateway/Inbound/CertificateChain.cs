using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Whether authorities of the manifest's file vouch for a certificate, and from when until when all that leads to them holds. Nothing is
/// fetched: no certificate between, no list of revoked ones, no word of a responder.
/// </summary>
/// <param name="Problem">Why they don't; null when they do. Half a sentence.</param>
/// <param name="From">The first moment.</param>
/// <param name="Until">The first moment that is too late.</param>
internal sealed record CertificateChain(string? Problem, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Certificates from a caller's to its root, both counted.</summary>
    public const int MaxLength = 6;

    /// <summary>Looks, at one moment.</summary>
    public static CertificateChain Of(
        X509Certificate2 leaf,
        IEnumerable<X509Certificate2> between,
        CallerAuthorities authorities,
        DateTimeOffset now
    )
    {
        if (CertificateRules.FindProblem(leaf) is { } problem)
        {
            return Not(problem);
        }

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities.Roots.ToArray());
        policy.ExtraStore.AddRange(between.Concat(authorities.Between).ToArray());
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(CertificateRules.ClientUse));
        try
        {
            var isBuilt = chain.Build(leaf);
            return isBuilt
                ? Judge([.. chain.ChainElements.Select(one => one.Certificate)], authorities, now)
                : Not(
                    ProblemOf(chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status))
                );
        }
        catch (CryptographicException)
        {
            return Not("its certificate can't be followed to an authority");
        }
        finally
        {
            foreach (var one in chain.ChainElements)
            {
                one.Certificate.Dispose();
            }
        }
    }

    // INVARIANT: what is asked of each link is asked here, too, whatever the platform's own reading leaves out.
    private static CertificateChain Judge(
        ImmutableArray<X509Certificate2> links,
        CallerAuthorities authorities,
        DateTimeOffset now
    )
    {
        var from = links.Max(one => new DateTimeOffset(one.NotBefore.ToUniversalTime()));
        var until = links.Min(one => new DateTimeOffset(one.NotAfter.ToUniversalTime()));
        var problem =
            links.Length is < 2 or > MaxLength ? "its certificate is further from its root than any may be"
            : !authorities.Roots.Any(root => root.RawDataMemory.Span.SequenceEqual(links[^1].RawDataMemory.Span))
                ? ProblemOf(X509ChainStatusFlags.UntrustedRoot)
            : !links.Skip(1).All(CertificateRules.MaySign) ? "what vouches for its certificate is no authority's"
            : !links.Take(links.Length - 1).All(CertificateRules.HasStrongSignature)
                ? "what vouches for its certificate is too weak"
            : now < from || now >= until ? ProblemOf(X509ChainStatusFlags.NotTimeValid)
            : null;
        return new CertificateChain(problem, from, until);
    }

    private static string ProblemOf(X509ChainStatusFlags status) =>
        status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.HasFlag(X509ChainStatusFlags.PartialChain)
            ? "no authority of `mtls.ca` vouches for its certificate"
        : status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? "its certificate, or one that vouches for it, doesn't hold now"
        : $"its certificate isn't good: {status}";

    private static CertificateChain Not(string problem) => new(problem, default, default);
}
