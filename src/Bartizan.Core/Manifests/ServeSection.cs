using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;

namespace Bartizan.Core.Manifests;

/// <summary>
/// An agent that answers people: for whom it acts is said by those who call, and not by who started it. Where they find it, who they may
/// be, and how much they may ask.
/// </summary>
public sealed record ServeSection
{
    /// <summary>The policy that browsers are told when the manifest says no other: a page of the agent's may do nothing at all.</summary>
    public const string StrictPolicy =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>An agent has no privilege: it listens on no port below.</summary>
    public const int FirstPort = 1024;

    /// <summary>Users' sessions at once where each has a sandbox, unless said.</summary>
    public const int MaxSandboxesUnlessSaid = 32;

    /// <summary>Ports of every sandbox's loopback on which the gateways are: no agent can listen there.</summary>
    public static ImmutableArray<int> GatewayPorts { get; } = [3128, 3180, 5432, 8080, 8081];

    // Of one connection, of one way to be read, of credentials, of caching and of security: what passed of them could undo what is ours.
    private static readonly FrozenSet<string> _ours = FrozenSet.ToFrozenSet(
        [
            "accept-encoding",
            "accept-ranges",
            "age",
            "alt-svc",
            "authorization",
            "cache-control",
            "clear-site-data",
            "client-cert",
            "client-cert-chain",
            "connection",
            "cookie",
            "date",
            "expect",
            "expires",
            "forwarded",
            "host",
            "if-range",
            "keep-alive",
            "link",
            "location",
            "nel",
            "origin",
            "permissions-policy",
            "pragma",
            "range",
            "referer",
            "referrer-policy",
            "refresh",
            "report-to",
            "reporting-endpoints",
            "server",
            "service-worker-allowed",
            "set-cookie",
            "set-cookie2",
            "sourcemap",
            "strict-transport-security",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "via",
            "www-authenticate",
            "x-api-key",
            "x-arr-clientcert",
            "x-client-cert",
            "x-content-type-options",
            "x-frame-options",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-powered-by",
            "x-real-ip",
            "x-rewrite-url",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly string[] _oursByStart =
    [
        "access-control-",
        "bartizan-",
        "content-",
        "cross-origin-",
        "http2-",
        "proxy-",
        "sec-",
        "ssl-client-",
        "x-amzn-mtls-",
        "x-forwarded-",
        "x-ssl-",
    ];

    /// <summary>True for a header that no manifest may let pass.</summary>
    public static bool IsOurs(string header) =>
        _ours.Contains(header)
        || _oursByStart.Any(start => header.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where callers connect; null when nothing listens, and callers are known by what <c>attach</c> is given.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>What is shown in TLS; null in the clear, on loopback.</summary>
    public ServeTls? Tls { get; init; }

    /// <summary>The agent's own address, of one that runs elsewhere; null for one that listens in its sandbox.</summary>
    public Uri? Upstream { get; init; }

    /// <summary>The port that the agent listens on in its sandbox; null for one that runs elsewhere.</summary>
    public int? Port { get; init; }

    /// <summary>Who may call.</summary>
    public CallerTerms Callers { get; init; } = new();

    /// <summary>How much they may ask.</summary>
    public ServeLimits Limits { get; init; } = new();

    /// <summary>Names that callers may call it by; empty for any, of which the agent then hears nothing.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Origins of web pages that may call.</summary>
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>The content security policy of every answer; the agent's own comes beside it and can only take more away.</summary>
    public string ContentPolicy { get; init; } = StrictPolicy;

    /// <summary>Headers that pass both ways beside those that are known, in lower case.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary>How long a user's session is kept without a request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Users' sessions at once.</summary>
    public int MaxSessions { get; init; } = 256;
}
