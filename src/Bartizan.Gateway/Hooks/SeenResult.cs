using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Hooks;

/// <summary>What the model is shown of a call's result.</summary>
/// <param name="Instead">What stands in its place; null for the result as it is.</param>
/// <param name="Why">What was done to it, for the client and the log; empty when nothing was.</param>
internal sealed record SeenResult(JsonNode? Instead, string Why)
{
    /// <summary>True when nothing of it is shown.</summary>
    public bool IsWithheld { get; init; }
}
