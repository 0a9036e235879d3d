using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Posture.Cases;

/// <summary>What became of a file of policy cases.</summary>
/// <param name="Results">Case by case.</param>
/// <param name="Rules">How many rules the manifest has, baselines left out.</param>
/// <param name="Unmet">Those that no case's action met.</param>
public sealed record CaseReport(ImmutableArray<CaseResult> Results, int Rules, ImmutableArray<Rule> Unmet)
{
    /// <summary>Rules that a case met, of those that there are; 1 when there are none.</summary>
    public double Coverage => Rules == 0 ? 1 : (double)(Rules - Unmet.Length) / Rules;

    /// <summary>Asks the manifest every case's question.</summary>
    public static CaseReport Of(Manifest manifest, IEnumerable<PolicyCase> cases, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(cases);
        var policy = Policy.Compile(manifest);
        var results = cases.Select(c => Ask(c, policy, manifest, now)).ToImmutableArray();
        var met = results
            .SelectMany(r => r.Explanation.Layers)
            .SelectMany(l => l.Matched)
            .Select(rule => rule.Place)
            .ToHashSet(StringComparer.Ordinal);
        var rules = manifest.Layers.Where(l => !l.IsCeiling).SelectMany(l => l.Rules).ToList();
        return new CaseReport(results, rules.Count, [.. rules.Where(r => !met.Contains(r.Position.ToString()))]);
    }

    private static CaseResult Ask(PolicyCase asked, Policy policy, Manifest manifest, DateTimeOffset now)
    {
        var explanation = asked.Question.Ask(policy, manifest, now);
        var passed =
            explanation.Decision.Effect == asked.Expected
            && (
                asked.By is not { } by
                || explanation.Decision.Rules.Any(rule => string.Equals(rule.Text, by, StringComparison.Ordinal))
            );
        return new CaseResult(asked, explanation, passed);
    }
}
