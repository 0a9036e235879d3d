using System.Collections.Immutable;
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
                    Hosts = m.Hosts.SetItem(Name, new HostTerms { CertificateAuthority = "other.pem" }),
                },
        };

    public static ImmutableDictionary<string, HostTerms> Some() =>
        ImmutableDictionary<string, HostTerms>.Empty.Add(Name, new HostTerms { CertificateAuthority = "own.pem" });
}
