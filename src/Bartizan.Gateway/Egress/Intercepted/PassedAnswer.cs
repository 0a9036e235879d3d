using System.Net.Http.Headers;
using Bartizan.Gateway.Egress.Injection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>An answer's head on its way to the client: everything but what belongs to one connection, or names a way around.</summary>
internal static class PassedAnswer
{
    /// <summary>Copies status and fields.</summary>
    /// <param name="from">The answer.</param>
    /// <param name="to">Whom it goes to.</param>
    /// <param name="switches">True for one that switches protocols.</param>
    /// <param name="carried">The credential that it was asked with, which goes no way back; null for none.</param>
    /// <param name="keepsCookies">True when its cookies stay here.</param>
    public static void CopyHead(
        HttpResponseMessage from,
        HttpContext to,
        bool switches,
        CarriedCredential? carried,
        bool keepsCookies
    )
    {
        to.Response.StatusCode = (int)from.StatusCode;
        if (from.ReasonPhrase is { Length: > 0 } phrase)
        {
            to.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = carried?.Without(phrase) ?? phrase;
        }

        Copy(from.Headers.NonValidated, from, to.Response, carried, keepsCookies);
        Copy(from.Content.Headers.NonValidated, from, to.Response, carried, keepsCookies);
        if (switches)
        {
            to.Response.Headers.Upgrade = "websocket";
        }
        else if (LengthOf(from) is { } length && (carried is null || CodingsOf(from).Count == 0))
        {
            to.Response.ContentLength = length;
        }
    }

    /// <summary>What gRPC says at the end of an answer.</summary>
    public static void CopyTrailers(
        HttpResponseMessage from,
        HttpResponse to,
        CarriedCredential? carried,
        bool keepsCookies
    )
    {
        if (!to.SupportsTrailers())
        {
            return;
        }

        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
        {
            if (!keepsCookies || !SetsCookie(name))
            {
                to.AppendTrailer(name, ToValues(values, carried));
            }
        }
    }

    /// <summary>The length of an answer's head as text, however it was packed on its way.</summary>
    public static long LengthOfHead(HttpResponseMessage of) =>
        $"HTTP/1.1 200 {of.ReasonPhrase}\r\n\r\n".Length + LengthOf(of.Headers) + LengthOf(of.Content.Headers);

    /// <summary>The length of fields as text.</summary>
    public static long LengthOf(HttpHeaders fields)
    {
        long length = 0;
        foreach (var (name, values) in fields.NonValidated)
        {
            foreach (var value in values)
            {
                length += name.Length + value.Length + ": \r\n".Length;
            }
        }

        return length;
    }

    /// <summary>What it sets as cookies.</summary>
    public static IEnumerable<string> CookiesOf(HttpResponseMessage from) =>
        from.Headers.NonValidated.TryGetValues("Set-Cookie", out var fields) ? fields : [];

    /// <summary>True when an answer switches to a WebSocket, and to nothing else.</summary>
    public static bool IsWebSocket(HttpResponseMessage from) =>
        from.Headers.Upgrade.Count == 1
        && "websocket".Equals(from.Headers.Upgrade.First().Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a part of something, or several.</summary>
    public static bool IsPart(HttpResponseMessage from) =>
        from.StatusCode == System.Net.HttpStatusCode.PartialContent
        || from.Content.Headers.NonValidated.Contains("Content-Range")
        || (
            from.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types)
            && types.ToString().Contains("byteranges", StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>How its body is packed, in order.</summary>
    public static IReadOnlyList<string> CodingsOf(HttpResponseMessage from) =>
        from.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values)
            ?
            [
                .. values.SelectMany(v =>
                    v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ),
            ]
            : [];

    private static long? LengthOf(HttpResponseMessage from) =>
        from.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)
        && values.Count == 1
        && long.TryParse(values.ToString(), out var length)
            ? length
            : null;

    private static void Copy(
        HttpHeadersNonValidated fields,
        HttpResponseMessage from,
        HttpResponse to,
        CarriedCredential? carried,
        bool keepsCookies
    )
    {
        foreach (var (name, values) in fields)
        {
            var stays =
                ConnectionOptions.IsOneHop(name)
                || (keepsCookies && SetsCookie(name))
                || (carried is not null && name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase))
                || name.Equals("Alt-Svc", StringComparison.OrdinalIgnoreCase)
                || from.Headers.Connection.Contains(name);
            if (!stays)
            {
                to.Headers.Append(carried?.Without(name) ?? name, ToValues(values, carried));
            }
        }
    }

    private static bool SetsCookie(string name) =>
        name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Set-Cookie2", StringComparison.OrdinalIgnoreCase);

    private static StringValues ToValues(HeaderStringValues values, CarriedCredential? carried) =>
        values.Count == 1
            ? carried?.Without(values.ToString()) ?? values.ToString()
            : (string[])[.. values.Select(value => carried?.Without(value) ?? value)];
}
