using System.Collections.Immutable;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>A host, and what of it is compared.</summary>
internal static class SurfaceHosts
{
    private const string Name = "a.example";

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Hosts"] = m => m with { Hosts = m.Hosts.Add("more", m.Hosts[Name]) },
            ["HostTerms.CertificateAuthority"] = m =>
                m with
                {
                    Hosts = m.Hosts.SetItem(Name, m.Hosts[Name] with { CertificateAuthority = "other.pem" }),
                },
            ["HostTerms.KeepsCookies"] = m =>
                m with
                {
                    Hosts = m.Hosts.SetItem(Name, m.Hosts[Name] with { KeepsCookies = false }),
                },
            ["HostTerms.Rate"] = m => Changed(m, t => t with { Rate = t.Rate! with { Count = 11 } }),
            ["HostTerms.Up"] = m => Changed(m, t => t with { Up = t.Up + 1 }),
            ["HostTerms.Down"] = m => Changed(m, t => t with { Down = null }),
        };

    public static ImmutableDictionary<string, HostTerms> Some() =>
        ImmutableDictionary<string, HostTerms>.Empty.Add(
            Name,
            new HostTerms
            {
                CertificateAuthority = "own.pem",
                KeepsCookies = true,
                Rate = new BudgetRate(BudgetScope.Session, Verb.Unknown, 10, TimeSpan.FromSeconds(1)),
                Up = 100,
                Down = 100,
            }
        );

    private static Manifest Changed(Manifest m, Func<HostTerms, HostTerms> change) =>
        m with
        {
            Hosts = m.Hosts.SetItem(Name, change(m.Hosts[Name])),
        };
}
