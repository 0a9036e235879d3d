using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>What the proxy says in its own name inside an intercepted connection.</summary>
internal static class InterceptedAnswer
{
    /// <summary>403 for a decision, 429 for one that may be another soon.</summary>
    public static Task RefuseAsync(HttpContext context, ActionTarget target, Decision decision)
    {
        var (rule, text) = Answers.TextOf(target, decision);
        if (rule is not null)
        {
            context.Response.Headers[Answers.RuleHeader] = rule;
        }

        var seconds = Answers.SecondsOf(decision);
        if (seconds is not null)
        {
            context.Response.Headers.RetryAfter = seconds;
        }

        return WriteAsync(
            context,
            seconds is null ? StatusCodes.Status403Forbidden : StatusCodes.Status429TooManyRequests,
            text
        );
    }

    /// <summary>What the proxy may not do whatever the rules say, or can't take.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string problem) =>
        WriteAsync(context, status, $"bartizan refused it: {problem}.\n");

    /// <summary>502 or 504.</summary>
    public static Task FailAsync(HttpContext context, DialEnd end, string problem) =>
        WriteAsync(
            context,
            end switch
            {
                DialEnd.AddressRefused => StatusCodes.Status403Forbidden,
                DialEnd.TimedOut => StatusCodes.Status504GatewayTimeout,
                _ => StatusCodes.Status502BadGateway,
            },
            $"bartizan: {problem}.\n"
        );

    private static async Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        try
        {
            await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads it.
        }
    }
}
