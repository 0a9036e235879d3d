using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <content>An agent that answers people.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Serve =>
        new([
            Later("listen", _any, "Address and port."),
            Later(
                "tls",
                new Shape.Keys([Required("certificate", _path, "PEM."), Required("key", _any, "Its key.")]),
                "TLS."
            ),
            Required("callers", Callers, "Who may call, and what is known of them."),
            Later("cors", new Shape.Many(_url), "Origins of web pages that may call."),
        ]);

    private static Shape.Keys Callers =>
        new([
            Known(
                "oidc",
                Issuer,
                "Who signs callers in: an OpenID provider's issuer, to the letter as it stands in tokens."
            ),
            Known(
                "audience",
                new Shape.Text("a client id, or the name of a resource server") { MaxLength = MaxAudience },
                "Whom their tokens must be meant for: the client id that id tokens are of, or this agent's name as a resource server."
            ),
            Known(
                "type",
                new Shape.Choice("a kind of token", ["id", "access"]),
                "Which tokens they show: id tokens (`id`, unless said), or those for a resource server, `typ: at+jwt` (`access`, RFC 9068)."
            ),
            Known(
                "ca",
                _path,
                "The authority, in PEM, that vouches for the provider's server; those that the host trusts, when left out."
            ),
            Known(
                "user",
                new Shape.Named(CallerAttribute, new Shape.Text("a claim's name") { MaxLength = 256 }),
                "What of a caller conditions may test, as `user.NAME`: the claim that it is. `user.id` is the subject, always."
            ),
        ]);

    private static Shape.Text Issuer =>
        new("an issuer such as `https://login.example.com`")
        {
            MaxLength = OpenIdIssuer.MaxChars,
            Expression = "^https?://",
            Problem = text => OpenIdIssuer.TryParse(text, null, out _, out var problem) ? null : problem,
        };

    private static Shape.Text CallerAttribute =>
        Attribute with
        {
            Problem = text =>
                text == ClaimMapping.Id ? "is the subject, whatever else is said"
                : ConditionSchema.IsIdentifier(text) ? null
                : "can't be an attribute's name",
        };
}
