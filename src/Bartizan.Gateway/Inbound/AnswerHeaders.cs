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

    private static readonly FrozenSet<string> _caching = FrozenSet.ToFrozenSet(
        ["private", "no-cache", "no-store", "no-transform", "must-revalidate", "immutable"],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> _sites = FrozenSet.ToFrozenSet(
        ["SameSite=Lax", "SameSite=Strict"],
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

    // An answer is for one user: what may be kept for others isn't, nor what can be read in two ways.
    private static string CachingOf(HttpResponseMessage from)
    {
        const string Never = "no-store";
        if (
            !from.Headers.NonValidated.TryGetValues("Cache-Control", out var said)
            || said.Count != 1
            || said.ToString() is not { Length: <= 256 } text
        )
        {
            return Never;
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Contains("private", StringComparer.OrdinalIgnoreCase) && parts.All(IsCaching) ? text : Never;
    }

    private static bool IsCaching(string part) =>
        _caching.Contains(part)
        || (
            part.StartsWith("max-age=", StringComparison.OrdinalIgnoreCase)
            && part.Length is > 8 and < 20
            && part.AsSpan(8).IndexOfAnyExceptInRange('0', '9') < 0
        );

    private void Copy(HttpHeadersNonValidated headers, HttpResponse to)
    {
        foreach (var (name, values) in headers)
        {
            if (_passed.Contains(name) || _named.Contains(name) || IsOwnPlace(name, values))
            {
                foreach (var value in values)
                {
                    if (IsPlain(value))
                    {
                        to.Headers.Append(name, value);
                    }
                }
            }
        }
    }

    // No control character: some readers take one for the end of a header.
    private static bool IsPlain(string value) =>
        !value.AsSpan().ContainsAnyInRange('\0', '\b')
        && !value.AsSpan().ContainsAnyInRange('\n', '\x1f')
        && !value.Contains('\x7f', StringComparison.Ordinal);

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
            if (cookies.Count < MaxCookies && CookieOf(cookie) is { } kept)
            {
                cookies.Add(kept);
            }
        }

        if (cookies.Count > 0)
        {
            to.Headers.SetCookie = new StringValues([.. cookies]);
        }
    }

    // As it may be set; null where it may not.
    private string? CookieOf(string cookie)
    {
        var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
        var end = parts[0].IndexOf('=', StringComparison.Ordinal);
        var attributes = parts.AsSpan(1).ToArray();
        if (
            cookie.Length > MaxCookieChars
            || cookie.AsSpan().ContainsAnyExceptInRange(' ', '~')
            || end <= 0
            || parts[0].StartsWith("bartizan", StringComparison.OrdinalIgnoreCase)
            || attributes.Any(part => part.StartsWith("domain", StringComparison.OrdinalIgnoreCase))
        )
        {
            return null;
        }

        // Of two browsers take the last, and of a word that they don't know each what it likes.
        string[] sites = [.. attributes.Where(part => part.StartsWith("samesite", StringComparison.OrdinalIgnoreCase))];
        var site = sites is [var only] && _sites.TryGetValue(only, out var known) ? known : "SameSite=Lax";
        return string.Join("; ", parts.Except(sites))
            + $"; {site}"
            + (isTls && !attributes.Contains("Secure", StringComparer.OrdinalIgnoreCase) ? "; Secure" : "");
    }
}
