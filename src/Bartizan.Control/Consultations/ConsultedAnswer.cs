using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Control.Consultations;

/// <summary>What a decision point outside answered. What isn't clearly a yes is a deny.</summary>
internal static class ConsultedAnswer
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an answer's body.</summary>
    public static Effect Read(ConsultationApi api, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body, s_strict);
            var root = answer.RootElement;
            return root.ValueKind != JsonValueKind.Object ? Effect.Deny
                : api == ConsultationApi.AuthZen ? Of(root, "decision")
                : api == ConsultationApi.Opa && root.TryGetProperty("result", out var result) ? OfResult(result)
                : Effect.Deny;
        }
        catch (JsonException)
        {
            return Effect.Deny;
        }
    }

    // OPA leaves the shape to the policy's author: a truth value, a word, or an object with one of them.
    private static Effect OfResult(JsonElement result) =>
        result.ValueKind switch
        {
            JsonValueKind.True => Effect.Allow,
            JsonValueKind.String => OfWord(result),
            JsonValueKind.Object when result.TryGetProperty("decision", out var word) => OfWord(word),
            JsonValueKind.Object => Of(result, "allow"),
            _ => Effect.Deny,
        };

    private static Effect Of(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True ? Effect.Allow : Effect.Deny;

    private static Effect OfWord(JsonElement word) =>
        word.ValueKind != JsonValueKind.String ? Effect.Deny
        : word.ValueEquals("allow"u8) ? Effect.Allow
        : word.ValueEquals("ask"u8) ? Effect.Ask
        : Effect.Deny;
}
