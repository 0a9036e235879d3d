using System.Collections.Frozen;

namespace Bartizan.Guards.Streams;

/// <summary>
/// What a model's provider writes beside an answer, in every event again: no model has a say in it, and it is no text that follows one.
/// An agent that is served has no provider: whatever it calls a field, it wrote it.
/// </summary>
internal static class ProviderFields
{
    /// <summary>What a provider repeats of the request.</summary>
    public const string Echo = "instructions";

    private static readonly FrozenSet<string> s_providers = FrozenSet.ToFrozenSet(
        [
            "type",
            "id",
            "object",
            "model",
            "role",
            "item_id",
            "event_id",
            "response_id",
            "responseId",
            "modelVersion",
            "system_fingerprint",
            "service_tier",
            "status",
            "finish_reason",
            "finishReason",
            "stop_reason",
            "obfuscation",
            Echo,
            "signature",
            "thoughtSignature",
            "encrypted_content",
        ],
        StringComparer.Ordinal
    );

    private static readonly FrozenSet<string> s_models = FrozenSet.ToFrozenSet(
        ["args", "input", "arguments"],
        StringComparer.Ordinal
    );

    /// <summary>True for a field that its provider writes.</summary>
    public static bool Contains(string name) => s_providers.Contains(name);

    /// <summary>True for what a call is given, which the model writes with whatever names it likes.</summary>
    public static bool IsModels(string name) => s_models.Contains(name);
}
