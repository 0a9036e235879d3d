using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>An answer's head on its way to the client: everything but what belongs to one connection, or names a way around.</summary>
internal static class PassedAnswer
{
    public static void CopyHead(HttpResponseMessage from, HttpContext to, bool switches)
    {
        to.Response.StatusCode = (int)from.StatusCode;
        if (from.ReasonPhrase is { Length: > 0 } phrase)
        {
            to.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = phrase;
        }

        Copy(from.Headers.NonValidated, from, to.Response);
        Copy(from.Content.Headers.NonValidated, from, to.Response);
        if (switches)
        {
            to.Response.Headers.Upgrade = "websocket";
        }
        else if (LengthOf(from) is { } length)
        {
            to.Response.ContentLength = length;
        }
    }

    /// <summary>What gRPC says at the end of an answer.</summary>
    public static void CopyTrailers(HttpResponseMessage from, HttpResponse to)
    {
        if (!to.SupportsTrailers())
        {
            return;
        }

        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
        {
            to.AppendTrailer(name, ToValues(values));
        }
    }

    private static long? LengthOf(HttpResponseMessage from) =>
        from.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)
        && values.Count == 1
        && long.TryParse(values.ToString(), out var length)
            ? length
            : null;

    private static void Copy(HttpHeadersNonValidated fields, HttpResponseMessage from, HttpResponse to)
    {
        foreach (var (name, values) in fields)
        {
            var stays =
                ConnectionOptions.IsOneHop(name)
                || name.Equals("Alt-Svc", StringComparison.OrdinalIgnoreCase)
                || from.Headers.Connection.Contains(name);
            if (!stays)
            {
                to.Headers.Append(name, ToValues(values));
            }
        }
    }

    private static StringValues ToValues(HeaderStringValues values) =>
        values.Count == 1 ? values.ToString() : (string[])[.. values];
}
