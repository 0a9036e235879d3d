using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// What the gateway itself answers: a problem (RFC 9457) with the id that the log finds. Why it was refused is not in it: whoever is
/// refused may be trying out what isn't.
/// </summary>
internal static class InboundProblem
{
    /// <summary>Where the id of a request stands in every answer.</summary>
    public const string IdHeader = "bartizan-request";

    /// <summary>Answers; what has begun already is aborted.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string id, TimeSpan? retryAfter = null)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("title", TitleOf(status));
            json.WriteNumber("status", status);
            json.WriteString("instance", id);
            json.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
                .ToString("0", CultureInfo.InvariantCulture);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static string TitleOf(int status) =>
        status switch
        {
            400 => "The request can't be read in one way only",
            401 => "A credential is needed that holds here",
            403 => "This isn't allowed",
            405 => "This method isn't served",
            408 => "The request took too long",
            413 => "The request is too large",
            414 => "The address is too long",
            415 => "This kind of body isn't taken",
            417 => "This expectation can't be met",
            421 => "This host isn't served here",
            429 => "Too many requests",
            502 => "The agent gave no answer that can be passed on",
            503 => "There is no room for now",
            504 => "The agent took too long",
            _ => "Bartizan failed; nothing was sent",
        };
}
