using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Hooks;

/// <summary>Answers in the form that Claude Code's hooks read.</summary>
internal static class HookAnswer
{
    /// <summary>Nothing to say of the event.</summary>
    public static Task NothingAsync(HttpContext context) => WriteAsync(context, new { });

    /// <summary>The call may go on, or not, and why.</summary>
    public static Task DecisionAsync(HttpContext context, bool allowed, string reason) =>
        WriteAsync(
            context,
            new
            {
                hookSpecificOutput = new
                {
                    hookEventName = "PreToolUse",
                    permissionDecision = allowed ? "allow" : "deny",
                    permissionDecisionReason = reason,
                },
            }
        );

    private static async Task WriteAsync<T>(HttpContext context, T answer)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
