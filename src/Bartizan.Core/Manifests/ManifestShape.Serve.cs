using System.Net;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <content>An agent that answers people.</content>
internal static partial class ManifestShape
{
    private const string KeyStart = "sha256:";

    private static Shape.Text Origin =>
        new("an origin such as `https://app.example.com`")
        {
            Expression = "^https?://[^/]+$",
            Problem = text => OriginProblem(text),
        };

    private static Shape.Text CallerKey =>
        new("a key's SHA-256 as `sha256:` and 64 hexadecimal digits")
        {
            Private = true,
            Expression = "^sha256:[0-9a-f]{64}$",
            Problem = text =>
                TryCallerKey(text, out _) ? null : "is no SHA-256: a key itself doesn't stand in a manifest",
        };

    private static Shape.Text CallerCertificate =>
        new("`dns:NAME`, `uri:ADDRESS`, `email:MAILBOX` or `sha256:DIGITS` of a certificate")
        {
            MaxLength = CertificateMark.MaxChars + 8,
            Expression = "^(dns|uri|email|sha256):[!-~]+$",
            Problem = text => CertificateMark.TryParse(text, out _, out var problem) ? null : problem,
        };

    private static Shape.Text PassedHeader =>
        new("a header's name")
        {
            MaxLength = 64,
            Expression = "^[A-Za-z][A-Za-z0-9-]*$",
            Problem = text =>
                !char.IsAsciiLetter(text[0]) || !text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                    ? "is no header's name of letters, digits and `-`"
                : ServeSection.IsOurs(text) ? "is a header that the gateway sets, keeps or takes itself"
                : null,
        };

    private static Shape.Keys Serve =>
        new([
            Known(
                "listen",
                new Shape.Text("an address and port such as `127.0.0.1:8443`")
                {
                    Expression = "^(\\[[0-9a-fA-F:]+\\]|[0-9.]+):[0-9]+$",
                    Problem = text => TryListen(text, out _) ? null : "is no address and port",
                },
                "Where callers connect, by `bartizan serve`; port 0 is any that is free."
            ),
            Known(
                "tls",
                new Shape.Keys([
                    Required("certificate", _path, "A PEM file: the certificate, and those that lead to its root."),
                    Required("key", _path, "A PEM file with its key, which only the instance's user may reach."),
                ]),
                "What callers are shown in TLS; needed anywhere but on loopback."
            ),
            Known("upstream", _url, "The agent's own address, of one that runs elsewhere."),
            Known(
                "port",
                new Shape.Whole(ServeSection.FirstPort, 65535),
                "The port of loopback that the agent listens on in a sandbox: each user has one of their own, with `run.command` in it."
            ),
            Required("callers", Callers, "Who may call, and how they show it; without one of these nobody may."),
            Known("limits", CallersLimits, "How much callers may ask."),
            Known(
                "sessions",
                new Shape.Keys([
                    Known("idle", _time, "How long a user's session is kept without a request; 15m unless said."),
                    Known(
                        "most",
                        new Shape.Whole(1, 65536),
                        "Users' sessions at once; 256 unless said, with `port` 32."
                    ),
                ]),
                "The sessions of users: each has one."
            ),
            Known(
                "hosts",
                new Shape.Many(HostKey) { Least = 1 },
                "Names that callers may call it by; without them any, and the agent isn't told which."
            ),
            Known("cors", new Shape.Many(Origin) { Least = 1 }, "Origins of web pages that may call."),
            Known(
                "csp",
                new Shape.Text("a content security policy")
                {
                    Problem = text => text.All(c => c is >= ' ' and <= '~') ? null : "isn't printable ASCII",
                },
                "The content security policy of every answer; without it a page may do nothing."
            ),
            Known(
                "headers",
                new Shape.Many(PassedHeader) { Least = 1 },
                "Headers that pass both ways beside those that are known, such as `mcp-session-id`."
            ),
            Known("why", _why, "Why these."),
            Known("counters", _threat, "The threat they counter."),
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
            Known(
                "keys",
                new Shape.Named(_name, CallerKey),
                "Keys of programs, by the names that they are known by: `sha256:` and the SHA-256 of each."
            ),
            Known(
                "mtls",
                new Shape.Keys([
                    Required(
                        "ca",
                        _path,
                        "A PEM file with the authorities that vouch for their certificates; the host's own count for nothing."
                    ),
                    Required(
                        "names",
                        new Shape.Named(_name, CallerCertificate),
                        "Who calls, by the names that they are known by: a name of their certificate to the letter, or its SHA-256."
                    ),
                ]),
                "Callers' certificates are asked for in TLS; one that has none of these names is nobody's."
            ),
            Known("anonymous", _why, "Why callers may show nothing at all; they share one session of nobody."),
        ]);

    private static Shape.Keys CallersLimits =>
        new([
            Known("per_user", CallersLimit, "What one user may ask; 120/min and 8 at once unless said."),
            Known("per_address", CallersLimit, "What one address may ask; 1200/min and 64 at once unless said."),
            Known("body", _size, "The largest request body; 1MiB unless said."),
            Known("response", _size, "The largest answer, of a stream all of it; 64MiB unless said."),
            Known("within", _time, "How long a request may take with its answer, streams too; 5m unless said."),
            Known("first_byte", _time, "How long the agent may take to begin its answer; 2m unless said."),
            Known("start", _time, "How long the agent may take to listen on `port`; 30s unless said."),
            Known(
                "types",
                new Shape.Many(
                    new Shape.Text("a media type such as `application/json`")
                    {
                        MaxLength = 127,
                        Expression = "^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$",
                    }
                )
                {
                    Least = 1,
                },
                "Media types of request bodies; `application/json` unless said."
            ),
            Known("url", new Shape.Whole(16, 8192), "The longest address of a request; 2048 unless said."),
        ]);

    private static Shape.Keys CallersLimit =>
        new([
            Known("rate", _rate, "How fast, such as `60/min`."),
            Known("at_once", new Shape.Whole(1, 65536), "Requests under way at once."),
        ]);

    /// <summary>Reads an address and port.</summary>
    public static bool TryListen(string text, out IPEndPoint at) =>
        IPEndPoint.TryParse(text, out at!)
        && text.LastIndexOf(':') is var colon
        && colon > text.LastIndexOf(']')
        && (text[0] == '[') == (at.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);

    /// <summary>Reads the digest of a caller's key.</summary>
    public static bool TryCallerKey(string text, out Digest digest)
    {
        digest = default;
        return text.StartsWith(KeyStart, StringComparison.Ordinal)
            && Digest.TryParse(text[KeyStart.Length..], out digest);
    }

    // As browsers send it: no path, no default port, the host in lower case.
    private static string? OriginProblem(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is ("http" or "https")
        && url.GetLeftPart(UriPartial.Authority) == text
        && url.UserInfo.Length == 0
            ? null
            : "is no origin as browsers send it: scheme, host in lower case, and a port that isn't the scheme's own";

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
