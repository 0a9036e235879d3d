using System.Text.Json.Serialization;

namespace Bartizan.Control.AuthZen;

/// <summary>Where the decision point answers (AuthZEN 1.0, section 9).</summary>
internal sealed record AuthZenMetadata(
    [property: JsonPropertyName("policy_decision_point")] string PolicyDecisionPoint,
    [property: JsonPropertyName("access_evaluation_endpoint")] string AccessEvaluationEndpoint,
    [property: JsonPropertyName("access_evaluations_endpoint")] string AccessEvaluationsEndpoint
);
