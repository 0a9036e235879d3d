using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Daemon.Approvals;

/// <summary>Arguments that a person wrote in the place of an action's own, read as strictly as an agent's.</summary>
internal static class AskDraft
{
    /// <summary>Bytes of written arguments: more than anybody writes by hand.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The arguments of an action that can be written anew; null of any other.</summary>
    public static string? Editable(AgentAction action) =>
        action.Redrafted is not null && action.Arguments.ValueKind == JsonValueKind.Object
            ? action.Arguments.GetRawText()
            : null;

    /// <summary>The digest of arguments as they were written, for the record.</summary>
    public static Digest DigestOf(WaitingAsk ask, JsonElement draft) =>
        ask.Request.Proof.DigestOf(Encoding.UTF8.GetBytes(draft.GetRawText()));

    /// <summary>Reads them, or says in a sentence why the action can't have them.</summary>
    public static (JsonElement Draft, string? Problem) Read(WaitingAsk ask, string written)
    {
        var id = ask.Request.Id;
        var action = ask.Request.Action;
        if (action.Redrafted is not { } redrafted)
        {
            return (default, $"`{id}` can't be written anew: only the arguments of a server's tools can");
        }

        if (Encoding.UTF8.GetByteCount(written) > MaxBytes)
        {
            return (default, $"written arguments have at most {MaxBytes} bytes");
        }

        try
        {
            var draft = JsonElement.Parse(written, s_strict);
            if (draft.ValueKind != JsonValueKind.Object)
            {
                return (default, "arguments are a JSON object");
            }

            var (anew, problem) = redrafted(draft);
            return anew is null ? (default, $"the action can't have these arguments: {problem}")
                : anew.ComputeDigest() == (action with { Held = null }).ComputeDigest()
                    ? (default, "the arguments are what they were")
                : (draft, null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return (default, "the arguments are no JSON that can be read in one way only");
        }
    }
}
