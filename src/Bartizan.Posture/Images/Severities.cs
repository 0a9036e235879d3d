using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>
/// The severities of scanners in one scale.
/// <code>
/// word    critical · high, important · medium, moderate · low, negligible, info, none    anything else: not rated
/// score   ≥ 9 critical · ≥ 7 high · ≥ 4 medium · above 0 low    0, and what is no score: not rated, as Trivy and Grype write it
/// level   error critical · warning medium · note low    anything else: not rated
/// </code>
/// </summary>
internal static class Severities
{
    private const double HighestScore = 10;

    /// <summary>By its word; null when it isn't rated.</summary>
    public static VulnerabilitySeverity? OfWord(string? word) =>
        word?.ToLowerInvariant() switch
        {
            "critical" => VulnerabilitySeverity.Critical,
            "high" or "important" => VulnerabilitySeverity.High,
            "medium" or "moderate" => VulnerabilitySeverity.Medium,
            "low" or "negligible" or "info" or "none" => VulnerabilitySeverity.Low,
            _ => null,
        };

    /// <summary>By a score of CVSS; null when it isn't rated.</summary>
    public static VulnerabilitySeverity? OfScore(double? score) =>
        score switch
        {
            > HighestScore => VulnerabilitySeverity.Critical,
            >= 9 => VulnerabilitySeverity.Critical,
            >= 7 => VulnerabilitySeverity.High,
            >= 4 => VulnerabilitySeverity.Medium,
            > 0 => VulnerabilitySeverity.Low,
            _ => null,
        };

    /// <summary>By SARIF's level; null when it isn't rated.</summary>
    public static VulnerabilitySeverity? OfLevel(string? level) =>
        level switch
        {
            "error" => VulnerabilitySeverity.Critical,
            "warning" => VulnerabilitySeverity.Medium,
            "note" => VulnerabilitySeverity.Low,
            _ => null,
        };

    /// <summary>The worst of what is said; critical when nothing is.</summary>
    public static VulnerabilitySeverity Worst(IEnumerable<VulnerabilitySeverity?> said) =>
        said.Max() ?? VulnerabilitySeverity.Critical;
}
