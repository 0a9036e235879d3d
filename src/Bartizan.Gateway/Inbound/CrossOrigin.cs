using System.Collections.Frozen;
using System.Net;
using Bartizan.Core.Manifests;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Which web pages may call (Fetch Standard, 3.2). An origin is compared whole and to the letter, and no pattern, suffix or <c>null</c>
/// is one. A page of the gateway's own origin may call where the manifest says by which names it is called; a browser's word for a host
/// is otherwise whoever's word who owns a name that leads here (DNS rebinding).
/// What a browser asks for without saying an origin (a picture, a script, a link) it says the site of (<c>Sec-Fetch-Site</c>, Fetch
/// Metadata).
/// INVARIANT: what comes from another origin is refused and not only kept from its page: a request may do its harm by arriving.
/// </summary>
internal sealed class CrossOrigin(ServeSection terms, bool isTls)
{
    /// <summary>How long a browser may keep what it was told, in seconds.</summary>
    private const string KeptFor = "600";

    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";

    private readonly FrozenSet<string> _origins = FrozenSet.ToFrozenSet(terms.Origins, StringComparer.Ordinal);

    private readonly string _headers = string.Join(
        ", ",
        (string[])["authorization", "content-type", "last-event-id", CallerCheck.KeyHeader, .. terms.Headers]
    );

    /// <summary>True when a request may come from where it says it comes from.</summary>
    public bool Allows(HttpRequest request) =>
        request.Headers.Origin switch
        {
            [] => IsOfNoOtherSite(request),
            [{ } origin] => _origins.Contains(origin) || (IsOwn(request, origin) && IsOfNoOtherSite(request)),
            _ => false,
        };

    /// <summary>True for a request of a page that isn't the gateway's own, whether it may call or not.</summary>
    public bool IsOfAnother(HttpRequest request) =>
        request.Headers.Origin switch
        {
            [] => false,
            [{ } origin] => !IsOwn(request, origin),
            _ => true,
        };

    /// <summary>
    /// True where the host that a request names is no name that somebody else may have made lead here: one that <c>hosts</c> has, an
    /// address, or <c>localhost</c>, which no browser asks anybody for.
    /// </summary>
    public bool KnowsHost(HttpRequest request)
    {
        var host = request.Host.Host;
        return !terms.Hosts.IsEmpty
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && (host[0] == '[' || address.ToString() == host));
    }

    /// <summary>True when a browser asks what a page may do; it shows no credential, and nothing of it reaches the agent.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count == 1
        && request.Headers.AccessControlRequestMethod.Count == 1;

    /// <summary>Tells the browser that its page may read the answer.</summary>
    public void Tell(HttpContext context)
    {
        if (context.Request.Headers.Origin is not [{ } origin] || !_origins.Contains(origin))
        {
            return;
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = InboundProblem.IdHeader;
        headers.Vary = "origin";
        headers["cross-origin-resource-policy"] = "cross-origin";
    }

    /// <summary>Answers a browser that asks what a page may do. No cookie and no certificate goes with a page's request.</summary>
    public void AnswerPreflight(HttpContext context)
    {
        Tell(context);
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = _headers;
        headers.AccessControlMaxAge = KeptFor;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static bool IsOfNoOtherSite(HttpRequest request) =>
        request.Headers["sec-fetch-site"] is [] or ["same-origin" or "none"];

    private bool IsOwn(HttpRequest request, string origin) =>
        !terms.Hosts.IsEmpty && origin == $"{(isTls ? "https" : "http")}://{request.Headers.Host}";
}
