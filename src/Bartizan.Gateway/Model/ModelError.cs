using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Model.Held;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Answers of the gateway itself, in the error shape of the wire format, so that clients show the sentence and retry only
/// what can be retried.
/// </summary>
internal static class ModelError
{
    /// <summary>Names the rule that would change a refusal.</summary>
    public const string RuleHeader = "x-bartizan-rule";

    /// <summary>A refusal by the monitor. Whoever steers the agent reads it: nothing of rules but the one that is needed.</summary>
    public static Task RefuseAsync(HttpContext context, ModelApi api, ActionTarget target, Decision decision)
    {
        var verb = target.Verb.ToString().ToLowerInvariant();
        var rule = decision.Needed;
        var message = $"Bartizan refused `{verb} {target.Text}`: {decision.Told}.";
        if (rule is not null)
        {
            message += $" It would take the rule `{rule}`.";
        }

        if (rule is not null && !context.Response.HasStarted)
        {
            context.Response.Headers[RuleHeader] = Ascii(rule);
        }

        if (decision.RetryAfter is not { } wait || context.Response.HasStarted)
        {
            var status = decision.RetryAfter is null
                ? StatusCodes.Status403Forbidden
                : StatusCodes.Status429TooManyRequests;
            return WriteAsync(context, api, status, message, rule);
        }

        // RFC 9110 section 10.2.3. Clients of both providers wait for it and try again.
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
            .ToString("0", CultureInfo.InvariantCulture);
        return WriteAsync(context, api, StatusCodes.Status429TooManyRequests, message, rule);
    }

    /// <summary>Forgets what was to be answered, as long as nothing was.</summary>
    public static void Clear(HttpContext context)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
        }
    }

    /// <summary>Any other answer that isn't the upstream's.</summary>
    public static async Task WriteAsync(
        HttpContext context,
        ModelApi api,
        int status,
        string message,
        string? rule = null
    )
    {
        if (context.Response.HasStarted)
        {
            if (HeldStream.Of(context) is { } held)
            {
                await held.FailAsync(status, message, rule).ConfigureAwait(false);
                return;
            }

            context.Abort();
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            Write(json, api, status, message, rule);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    /// <summary>The member <c>error</c> as Google's APIs have it.</summary>
    public static void WriteGemini(
        Utf8JsonWriter json,
        int status,
        string message,
        string? rule = null,
        UpstreamError? error = null
    )
    {
        json.WriteStartObject("error");
        json.WriteNumber("code", status);
        json.WriteString("message", message);
        json.WriteString(
            "status",
            error?.Code
                ?? status switch
                {
                    400 or 405 or 413 or 415 => "INVALID_ARGUMENT",
                    401 => "UNAUTHENTICATED",
                    403 => "PERMISSION_DENIED",
                    404 => "NOT_FOUND",
                    429 => "RESOURCE_EXHAUSTED",
                    503 or 504 => "UNAVAILABLE",
                    _ => "INTERNAL",
                }
        );
        if (rule is not null)
        {
            json.WriteString("rule", rule);
        }

        WriteWait(json, error);
        json.WriteEndObject();
    }

    /// <summary>The members of an error, as its wire format has them.</summary>
    public static void Write(
        Utf8JsonWriter json,
        ModelApi api,
        int status,
        string message,
        string? rule,
        UpstreamError? error = null
    )
    {
        if (api == ModelApi.Gemini)
        {
            WriteGemini(json, status, message, rule, error);
            return;
        }

        if (api == ModelApi.Anthropic)
        {
            json.WriteString("type", "error");
        }

        json.WriteStartObject("error");
        json.WriteString("type", error?.Type ?? Type(status));
        json.WriteString("message", message);
        if (api != ModelApi.Anthropic)
        {
            json.WriteNull("param");
            var code = error?.Code ?? error?.Type;
            json.WriteString("code", code ?? (status == 403 ? "refused_by_policy" : Type(status)));
        }

        if (rule is not null)
        {
            json.WriteString("rule", rule);
        }

        WriteWait(json, error);
        json.WriteEndObject();
    }

    // What the header says that can't be said any more.
    private static void WriteWait(Utf8JsonWriter json, UpstreamError? error)
    {
        if (error?.RetryAfter is { } seconds)
        {
            json.WriteNumber("retry_after", seconds);
        }
    }

    private static string Type(int status) =>
        status switch
        {
            400 or 405 or 415 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            _ => "api_error",
        };

    // A header value is printable ASCII; what isn't is escaped as JSON would.
    private static string Ascii(string text) =>
        string.Concat(
            text.Select(c =>
                c is >= ' ' and <= '~' ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
            )
        );
}
