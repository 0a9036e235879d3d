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

    /// <summary>The call may go on with other arguments, which a person wrote for it.</summary>
    public static Task RewrittenAsync(HttpContext context, JsonElement input) =>
        WriteAsync(
            context,
            new
            {
                hookSpecificOutput = new
                {
                    hookEventName = "PreToolUse",
                    permissionDecision = "allow",
                    permissionDecisionReason = "a person wrote its arguments anew",
                    updatedInput = input,
                },
            }
        );

    /// <summary>What the model is shown in the place of a result, and why.</summary>
    public static Task InsteadAsync(HttpContext context, SeenResult seen) =>
        WriteAsync(
            context,
            new
            {
                hookSpecificOutput = new
                {
                    hookEventName = "PostToolUse",
                    updatedToolOutput = seen.Instead,
                    additionalContext = $"Bartizan: {seen.Why}.",
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
