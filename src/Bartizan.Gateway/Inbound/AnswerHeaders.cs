using System.Collections.Frozen;
using System.Net.Http.Headers;
using Bartizan.Core.Manifests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The headers of every answer: ours, and of the agent's those that are known or that the manifest names. INVARIANT: what the agent says of
/// security stands in no answer, so that nothing of it is looser than ours.
/// </summary>
internal sealed class AnswerHeaders(ServeSection terms, bool isTls)
{
    /// <summary>Cookies that an answer may set.</summary>
    public const int MaxCookies = 16;

    /// <summary>Characters of one of them, as browsers take them.</summary>
    public const int MaxCookieChars = 4096;

    private const string FrameAncestors = "frame-ancestors";

    private static readonly FrozenSet<string> _passed = FrozenSet.ToFrozenSet(
        ["allow", "content-disposition", "content-language", "content-type", "etag", "last-modified", "retry-after"],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly FrozenSet<string> _named = FrozenSet.ToFrozenSet(terms.Headers, StringComparer.OrdinalIgnoreCase);

    private readonly string _policy = terms.ContentPolicy.Contains(FrameAncestors, StringComparison.OrdinalIgnoreCase)
        ? terms.ContentPolicy
        : $"{terms.ContentPolicy.TrimEnd(' ', ';')}; {FrameAncestors} 'none'";

    private readonly bool _mayBeFramed =
        terms.ContentPolicy.Contains(FrameAncestors, StringComparison.OrdinalIgnoreCase)
        && !terms.ContentPolicy.Contains($"{FrameAncestors} 'none'", StringComparison.OrdinalIgnoreCase);

    /// <summary>Ours, before anything else is answered.</summary>
    public void Begin(HttpResponse response, string id)
    {
        var headers = response.Headers;
        headers[InboundProblem.IdHeader] = id;
        headers.ContentSecurityPolicy = _policy;
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "no-referrer";
        headers["permissions-policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers["cross-origin-opener-policy"] = "same-origin";
        headers["cross-origin-resource-policy"] = "same-origin";
        if (!_mayBeFramed)
        {
            headers.XFrameOptions = "DENY";
        }

        if (isTls)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }

    /// <summary>Those of the agent's that pass.</summary>
    public void Pass(HttpResponseMessage from, HttpResponse to)
    {
        to.Headers.CacheControl = CachingOf(from);
        Copy(from.Headers.NonValidated, to);
        Copy(from.Content.Headers.NonValidated, to);
        PassCookies(from, to);
    }

    // An answer is for one user: what may be kept for others isn't.
    private static string CachingOf(HttpResponseMessage from) =>
        from.Headers.NonValidated.TryGetValues("Cache-Control", out var said)
        && said.Count == 1
        && said.ToString() is { Length: <= 256 } text
        && text.Contains("private", StringComparison.OrdinalIgnoreCase)
        && !text.Contains("public", StringComparison.OrdinalIgnoreCase)
        && !text.Contains("s-maxage", StringComparison.OrdinalIgnoreCase)
            ? text
            : "no-store";

    private void Copy(HttpHeadersNonValidated headers, HttpResponse to)
    {
        foreach (var (name, values) in headers)
        {
            if (_passed.Contains(name) || _named.Contains(name) || IsOwnPlace(name, values))
            {
                foreach (var value in values)
                {
                    to.Headers.Append(name, value);
                }
            }
        }
    }

    // To another site an answer leads nobody: the address could carry what the body may not.
    private static bool IsOwnPlace(string name, HeaderStringValues values) =>
        name.Equals("location", StringComparison.OrdinalIgnoreCase)
        && values.Count == 1
        && values.ToString() is { } place
        && place is ['/', not ('/' or '\\'), ..] or "/"
        && !place.AsSpan().ContainsAnyExceptInRange('!', '~');

    // A cookie for a whole domain would reach other sites of it, and let the agent choose their sessions.
    private void PassCookies(HttpResponseMessage from, HttpResponse to)
    {
        if (!from.Headers.NonValidated.TryGetValues("Set-Cookie", out var said))
        {
            return;
        }

        var cookies = new List<string>();
        foreach (var cookie in said)
        {
            var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
            var name = parts[0].Split('=')[0];
            if (
                cookie.Length > MaxCookieChars
                || name.StartsWith("bartizan", StringComparison.OrdinalIgnoreCase)
                || parts.Any(part => part.StartsWith("domain", StringComparison.OrdinalIgnoreCase))
                || cookies.Count == MaxCookies
            )
            {
                continue;
            }

            var sameSite = parts.Any(part =>
                part.Equals("SameSite=Lax", StringComparison.OrdinalIgnoreCase)
                || part.Equals("SameSite=Strict", StringComparison.OrdinalIgnoreCase)
            );
            var kept = parts.Where(part =>
                sameSite || !part.StartsWith("samesite", StringComparison.OrdinalIgnoreCase)
            );
            cookies.Add(
                string.Join("; ", kept)
                    + (sameSite ? "" : "; SameSite=Lax")
                    + (isTls && !parts.Contains("Secure", StringComparer.OrdinalIgnoreCase) ? "; Secure" : "")
            );
        }

        if (cookies.Count > 0)
        {
            to.Headers.SetCookie = new StringValues([.. cookies]);
        }
    }
}
