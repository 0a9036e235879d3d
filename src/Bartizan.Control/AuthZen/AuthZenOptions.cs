using System.Text.Json.Serialization;

namespace Bartizan.Control.AuthZen;

/// <summary>How several evaluations are gone through (AuthZEN 1.0, section 7.1.2).</summary>
internal sealed record AuthZenOptions
{
    /// <summary><c>execute_all</c>, <c>deny_on_first_deny</c> or <c>permit_on_first_permit</c>; the first when left out.</summary>
    [JsonPropertyName("evaluations_semantic")]
    public string? EvaluationsSemantic { get; init; }
}
