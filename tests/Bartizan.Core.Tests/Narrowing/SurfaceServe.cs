using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Tests.Identity;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Who may call an agent, and what of it is compared.</summary>
internal static class SurfaceServe
{
    public static Type[] Types { get; } =
    [
        typeof(ServeSection),
        typeof(CallerTerms),
        typeof(CertificateTerms),
        typeof(ServeLimits),
        typeof(ServeTls),
        typeof(CallerLimit),
        typeof(CallerRate),
    ];

    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal)
        {
            ["ServeSection.Callers"] = "its own properties are listed",
            ["CallerTerms.Expectation"] = "made of the others",
            ["CallerTerms.IsSomebody"] = "made of the others",
            ["CallerTerms.Certificates"] = "its own properties are listed",
            ["ServeSection.Listen"] = "which address it is, is the operator's; that there is one is compared",
            ["ServeSection.Limits"] = "its own properties are listed",
            ["ServeTls.Certificate"] = "which certificate it is, is the operator's; that there is one is compared",
            ["ServeTls.Key"] = "the same",
            ["ServeLimits.PerUser"] = "its own properties are listed",
            ["ServeLimits.PerAddress"] = "its own properties are listed",
            ["CallerLimit.Rate"] = "its own properties are listed",
        };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Serve"] = m => m with { Serve = null },
            ["CallerTerms.Oidc"] = m => Called(m, c => c with { Oidc = TokenForge.IssuerOf("https://other.example") }),
            ["CallerTerms.Audience"] = m => Called(m, c => c with { Audience = "other" }),
            ["CallerTerms.Use"] = m => Called(m, c => c with { Use = TokenUse.Access }),
            ["CallerTerms.Keys"] = m => Called(m, c => c with { Keys = c.Keys.Add("other", Digest.Of([2])) }),
            ["CertificateTerms.Authority"] = m =>
                Called(m, c => c with { Certificates = c.Certificates! with { Authority = "other.pem" } }),
            ["CertificateTerms.Names"] = m =>
                Called(
                    m,
                    c =>
                        c with
                        {
                            Certificates = c.Certificates! with
                            {
                                Names = c.Certificates.Names.SetItem(
                                    "shop",
                                    new CertificateMark(CertificateMarkKind.Dns, "other.example")
                                ),
                            },
                        }
                ),
            ["CallerTerms.Anonymous"] = m => Called(m, c => c with { Anonymous = "anybody" }),
            ["ServeSection.Tls"] = m => Served(m, s => s with { Tls = null }),
            ["ServeSection.Upstream"] = m => Served(m, s => s with { Upstream = new Uri("http://127.0.0.1:2") }),
            ["ServeSection.Port"] = m => Served(m, s => s with { Port = 80 }),
            ["ServeSection.Hosts"] = m => Served(m, s => s with { Hosts = [] }),
            ["ServeSection.Origins"] = m => Served(m, s => s with { Origins = ["https://other.example"] }),
            ["ServeSection.Headers"] = m => Served(m, s => s with { Headers = ["x-other"] }),
            ["ServeSection.ContentPolicy"] = m => Served(m, s => s with { ContentPolicy = "default-src *" }),
            ["ServeSection.Idle"] = m => Served(m, s => s with { Idle = TimeSpan.FromHours(2) }),
            ["ServeSection.MaxSessions"] = m => Served(m, s => s with { MaxSessions = 1000 }),
            ["ServeLimits.BodyBytes"] = m => Limited(m, l => l with { BodyBytes = 1 << 30 }),
            ["ServeLimits.AnswerBytes"] = m => Limited(m, l => l with { AnswerBytes = 1 << 30 }),
            ["ServeLimits.Within"] = m => Limited(m, l => l with { Within = TimeSpan.FromHours(2) }),
            ["ServeLimits.FirstByte"] = m => Limited(m, l => l with { FirstByte = TimeSpan.FromHours(2) }),
            ["ServeLimits.Start"] = m => Limited(m, l => l with { Start = TimeSpan.FromHours(2) }),
            ["ServeLimits.Types"] = m => Limited(m, l => l with { Types = ["text/plain"] }),
            ["ServeLimits.Url"] = m => Limited(m, l => l with { Url = 8000 }),
            ["CallerLimit.AtOnce"] = m => Limited(m, l => l with { PerUser = l.PerUser with { AtOnce = 1000 } }),
            ["CallerRate.Count"] = m =>
                Limited(m, l => l with { PerUser = l.PerUser with { Rate = l.PerUser.Rate with { Count = 999 } } }),
            ["CallerRate.Period"] = m =>
                Limited(
                    m,
                    l =>
                        l with
                        {
                            PerAddress = l.PerAddress with
                            {
                                Rate = l.PerAddress.Rate with { Period = TimeSpan.FromSeconds(1) },
                            },
                        }
                ),
            ["CallerTerms.User"] = m => Called(m, c => c with { User = c.User.SetItem("region", "nickname") }),
        };

    public static ServeSection Some() =>
        new()
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 1),
            Tls = new ServeTls("certificate.pem", "key.pem"),
            Upstream = new Uri("http://127.0.0.1:1"),
            Hosts = ["support.example"],
            Callers = new CallerTerms
            {
                Oidc = TokenForge.Issuer,
                Audience = TokenForge.Client,
                User = new CallerTerms().User.Add("region", "region"),
                Certificates = new CertificateTerms(
                    "clients.pem",
                    ImmutableSortedDictionary<string, CertificateMark>.Empty.Add(
                        "shop",
                        new CertificateMark(CertificateMarkKind.Dns, "shop.example")
                    )
                ),
            },
        };

    private static Manifest Served(Manifest m, Func<ServeSection, ServeSection> change) =>
        m with
        {
            Serve = change(m.Serve!),
        };

    private static Manifest Limited(Manifest m, Func<ServeLimits, ServeLimits> change) =>
        Served(m, s => s with { Limits = change(s.Limits) });

    private static Manifest Called(Manifest m, Func<CallerTerms, CallerTerms> change) =>
        m with
        {
            Serve = m.Serve! with { Callers = change(m.Serve.Callers) },
        };
}
