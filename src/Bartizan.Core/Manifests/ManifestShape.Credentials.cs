namespace Bartizan.Core.Manifests;

/// <summary>What may stand under <c>credentials:</c>.</summary>
internal static partial class ManifestShape
{
    private const int MaxAudience = 256;

    private static Shape.Text CredentialSource =>
        new("`vault:PATH`, `provider:NAME/PATH#FIELD`, `identity:AUDIENCE`, `env:NAME` or `file:PATH`")
        {
            Expression = "^(env|file|vault|identity|provider):.+",
            Private = true,
            Problem = CredentialProblem,
        };

    private static Shape.Keys Credential =>
        new([
            Required(
                "from",
                CredentialSource,
                "Where it comes from: `vault:PATH`; `provider:NAME/PATH#FIELD`, what a server of `providers` issues; `identity:AUDIENCE`, a token for that audience by which the instance says who the agent is; in development `env:NAME` or `file:PATH`, too."
            ),
            Known(
                "ttl",
                _time,
                "How long one lease lasts; when left out, the session for `vault:`, and as the provider says for `provider:`. Of an `identity:` token: 1 to 15 minutes; 10, when left out."
            ),
            Known(
                "params",
                new Shape.Named(_name, new Shape.Text("any text") { MaxLength = CloudTerms.MaxPolicyLength }),
                "What a provider is told beside the path, such as `common_name` for a certificate, or `policy` for a role's session."
            ),
            Known(
                "in",
                new Shape.WordOr(new Shape.Choice("a part of a request", ["bearer"]), RequestPlace),
                "Where the egress proxy puts it in a request that a rule names it for; `bearer`, when left out."
            ),
            Known(
                "as",
                Variable,
                "The variable by which the agent gets a placeholder: it stands for the value in that place of such a request, and is refused elsewhere."
            ),
            Known(
                "like",
                new Shape.Choice("what a placeholder looks like", [.. CredentialReader.Shapes.Keys]),
                "What the placeholder looks like, for clients that check; `plain`, when left out."
            ),
            Known("why", _why, "Why the agent's work needs it."),
            Known("counters", _threat, "The threat it counters."),
        ]);

    private static Shape.Keys RequestPlace =>
        new([
            Known("header", Header, "A header field of its own, such as `X-Api-Key`."),
            Known(
                "basic",
                new Shape.Text("a user's name")
                {
                    MaxLength = 256,
                    Expression = "^[!-9;-~]+$",
                    Problem = text => text.All(c => c is > ' ' and < '\u007f' and not ':') ? null : "is no user's name",
                },
                "Basic authentication: this user, and the value as the password."
            ),
            Known("query", RequestField, "A parameter of the query."),
            Known(
                "json",
                new Shape.Text("a JSON pointer such as `/auth/token`")
                {
                    Expression = "^/",
                    Problem = CredentialPlace.PointerProblem,
                },
                "A string in a body of JSON, by its pointer; it must stand in the request."
            ),
            Known("form", RequestField, "A field of an `application/x-www-form-urlencoded` body."),
            Known(
                "sigv4",
                new Shape.Keys([
                    Required("region", AwsWord, "The region, such as `eu-central-1`."),
                    Required("service", AwsWord, "The service, such as `s3`."),
                    Known(
                        "access_key",
                        AwsWord,
                        "The id of the key; its secret is the credential. Left out for a key that AWS makes: `provider:NAME/sts#SecretAccessKey`."
                    ),
                ]),
                "AWS Signature Version 4: the request is signed anew, and the value isn't sent."
            ),
        ])
        {
            ExactlyOne = ["header", "basic", "query", "json", "form", "sigv4"],
        };

    private static Shape.Text Header =>
        new("a header's name")
        {
            MaxLength = 64,
            Expression = "^[A-Za-z0-9_-]+$",
            Problem = CredentialPlace.HeaderProblem,
        };

    private static Shape.Text RequestField =>
        new("a name of letters, digits, `-`, `_`, `.`, `[` and `]`")
        {
            MaxLength = 128,
            Expression = @"^[A-Za-z0-9._\[\]-]+$",
            Problem = text =>
                text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '[' or ']')
                    ? null
                    : "is no name",
        };

    private static Shape.Text AwsWord =>
        new("letters, digits and `-`")
        {
            MaxLength = 128,
            Expression = "^[A-Za-z0-9-]+$",
            Problem = text => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? null : "is no such word",
        };

    private static string? CredentialProblem(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        return scheme switch
        {
            "env" when Variable.Problem!(rest.Length == 0 ? "-" : rest) is null => null,
            "env" => "is no variable's name after `env:`",
            "file" when rest.Length > 0 => null,
            "identity" when rest.Length is > 0 and <= MaxAudience && rest.All(c => c is > ' ' and < '\u007f') => null,
            "identity" => "names no audience after `identity:`: the address of the service that is to take the token",
            "vault" => VaultPath.ProblemOf(rest) is { } problem ? $"names no credential: its path {problem}" : null,
            "provider" => ProviderPlace.Read(rest) is null
                ? "names nothing of a provider: write `provider:NAME/PATH#FIELD`"
                : null,
            _ => "is no source of a credential; never write the credential itself here",
        };
    }
}
