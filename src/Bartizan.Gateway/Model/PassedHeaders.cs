using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Which headers pass. Everything does, known or not, but what belongs to one connection (RFC 9110 section 7.6.1), what the
/// gateway sets itself, and what identifies the agent to us or us to the upstream.
/// </summary>
internal static class PassedHeaders
{
    private static readonly FrozenSet<string> NotToUpstream = FrozenSet.ToFrozenSet(
        [
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect",
            "host",
            "content-length",
            "x-content-length",
            "content-encoding",
            "accept-encoding",
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "cookie",
            // They would make another request of it.
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-real-ip",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    // Cookies would be ours at the upstream, and Alt-Svc would name a way around the gateway.
    private static readonly FrozenSet<string> NotToAgent = FrozenSet.ToFrozenSet(
        [
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "set-cookie",
            "alt-svc",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Copies a request's headers; none whose value holds <paramref name="token"/> passes under any name.</summary>
    public static void CopyToUpstream(IHeaderDictionary from, HttpRequestMessage to, string token)
    {
        var connection = from.Connection;
        foreach (var (name, values) in from)
        {
            if (NotToUpstream.Contains(name) || IsOurs(name) || IsNamedBy(connection, name) || Holds(values, token))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!to.Headers.TryAddWithoutValidation(name, value))
                {
                    to.Content?.Headers.TryAddWithoutValidation(name, value);
                }
            }
        }

        // The log reads what the model answers.
        to.Headers.TryAddWithoutValidation("accept-encoding", "identity");
    }

    /// <summary>
    /// Copies an answer's headers, and its length when it has one; none in which the upstream gives <paramref name="key"/>
    /// back, when there is one.
    /// </summary>
    public static void CopyToAgent(HttpResponseMessage from, HttpResponse to, string? key)
    {
        Copy(from.Headers.NonValidated, from, to, key);
        Copy(from.Content.Headers.NonValidated, from, to, key);
        if (LengthOf(from) is { } length)
        {
            to.ContentLength = length;
        }
    }

    /// <summary>The length that the upstream announced.</summary>
    public static long? LengthOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)
        && values.Count == 1
        && long.TryParse(values.ToString(), out var length)
            ? length
            : null;

    private static void Copy(HttpHeadersNonValidated headers, HttpResponseMessage from, HttpResponse to, string? key)
    {
        foreach (var (name, values) in headers)
        {
            if (NotToAgent.Contains(name) || IsOurs(name) || from.Headers.Connection.Contains(name))
            {
                continue;
            }

            StringValues passed = values.Count == 1 ? values.ToString() : (string[])[.. values];
            if (key is null || !Holds(passed, key))
            {
                to.Headers.Append(name, passed);
            }
        }
    }

    private static bool IsOurs(string name) => name.StartsWith("x-bartizan-", StringComparison.OrdinalIgnoreCase);

    private static bool IsNamedBy(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Holds(StringValues values, string token)
    {
        foreach (var value in values)
        {
            if (value?.Contains(token, StringComparison.Ordinal) == true)
            {
                return true;
            }
        }

        return false;
    }
}
