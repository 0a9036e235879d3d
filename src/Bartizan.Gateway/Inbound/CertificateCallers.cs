using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Callers who show a certificate in TLS.
/// <code>
/// shown ─ small enough ─ a client's ─ holds now, vouched for by `ca` ─ has one name of `names` ─ who it is
/// </code>
/// INVARIANT: it is asked with each request, of the authorities and the clock of that moment; what was found is kept with its connection
/// only, and only while neither has changed.
/// </summary>
internal sealed class CertificateCallers(
    CertificateTerms terms,
    Func<CallerAuthorities?> authorities,
    TimeProvider clock
)
{
    private readonly FrozenDictionary<CertificateMark, string> _names = terms.Names.ToFrozenDictionary(
        one => one.Value,
        one => one.Key
    );

    /// <summary>Whose it is, or why it is nobody's.</summary>
    public CallerAnswer Find(ShownCertificate shown)
    {
        if (shown.IsTooLarge)
        {
            return CallerAnswer.Refused("its certificate is larger than any is");
        }

        if (authorities() is not { } by)
        {
            return CallerAnswer.Refused("those who vouch for certificates aren't known: `mtls.ca` can't be read");
        }

        var now = clock.GetUtcNow();
        if (shown.Last is { } last && last.Holds(by, now))
        {
            return new CallerAnswer(last.Caller, "");
        }

        shown.Last = null;
        var (verdict, problem) = Look(shown, by, now);
        shown.Last = verdict;
        return verdict is null ? CallerAnswer.Refused(problem) : new CallerAnswer(verdict.Caller, "");
    }

    private (CertificateVerdict? Verdict, string Problem) Look(
        ShownCertificate shown,
        CallerAuthorities by,
        DateTimeOffset now
    )
    {
        List<X509Certificate2> read = [];
        try
        {
            foreach (var bytes in shown.Between.Prepend(shown.Itself.ToArray()))
            {
                read.Add(X509CertificateLoader.LoadCertificate(bytes));
            }

            var chain = CertificateChain.Of(read[0], read.Skip(1), by, now);
            if (chain.Problem is not null)
            {
                return (null, chain.Problem);
            }

            var name = NameOf(read[0], out var problem);
            return name is null
                ? (null, problem)
                : (
                    new CertificateVerdict(
                        by,
                        Caller.OfCertificate(name) with
                        {
                            Until = chain.Until,
                        },
                        chain.From,
                        chain.Until
                    ),
                    ""
                );
        }
        catch (CryptographicException)
        {
            return (null, "its certificate can't be read");
        }
        finally
        {
            read.ForEach(one => one.Dispose());
        }
    }

    // INVARIANT: whose certificate could be two callers' is nobody's: neither order nor kind of its names chooses.
    private string? NameOf(X509Certificate2 certificate, out string problem)
    {
        ImmutableHashSet<string> found =
        [
            .. (CertificateNames.Of(certificate) ?? []).Select(_names.GetValueOrDefault).OfType<string>(),
        ];
        problem = found.IsEmpty
            ? "its certificate has no name of `mtls.names`"
            : "its certificate has names of two callers";
        return found.Count == 1 ? found.Single() : null;
    }
}
