using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Tests.Identity;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Who may call an agent, and what of it is compared.</summary>
internal static class SurfaceServe
{
    public static Type[] Types { get; } = [typeof(ServeSection), typeof(CallerTerms)];

    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal)
        {
            ["ServeSection.Callers"] = "its own properties are listed",
            ["CallerTerms.Expectation"] = "made of the others",
        };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Serve"] = m => m with { Serve = null },
            ["CallerTerms.Oidc"] = m => Called(m, c => c with { Oidc = TokenForge.IssuerOf("https://other.example") }),
            ["CallerTerms.Audience"] = m => Called(m, c => c with { Audience = "other" }),
            ["CallerTerms.Use"] = m => Called(m, c => c with { Use = TokenUse.Access }),
            ["CallerTerms.User"] = m => Called(m, c => c with { User = c.User.SetItem("region", "nickname") }),
        };

    public static ServeSection Some() =>
        new()
        {
            Callers = new CallerTerms
            {
                Oidc = TokenForge.Issuer,
                Audience = TokenForge.Client,
                User = new CallerTerms().User.Add("region", "region"),
            },
        };

    private static Manifest Called(Manifest m, Func<CallerTerms, CallerTerms> change) =>
        m with
        {
            Serve = m.Serve! with { Callers = change(m.Serve.Callers) },
        };
}
