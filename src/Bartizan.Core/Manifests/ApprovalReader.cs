using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Reads <c>approval</c> of an ask rule. INVARIANT: a group means what the file of the rule and its baselines say; a file below a baseline
/// can't put people into the baseline's rules by naming a group for them.
/// </summary>
internal static class ApprovalReader
{
    /// <summary>Reads it; null without one.</summary>
    public static ApprovalTerms? Read(SourceNode.Map rule, IReadOnlyDictionary<string, ImmutableArray<string>> groups)
    {
        return rule.Find("approval") is SourceNode.Map map ? Of(map, groups) : null;
    }

    /// <summary>Who takes labels off a session; nobody without it.</summary>
    public static ImmutableArray<ApprovalTerms> ReadDeclassify(
        SourceNode.Map root,
        IReadOnlyDictionary<string, ImmutableArray<string>> groups,
        ImmutableArray<ManifestError>.Builder errors
    )
    {
        if ((root.Find("trust") as SourceNode.Map)?.Find("declassify") is not SourceNode.Map map)
        {
            return [];
        }

        var terms = Of(map, groups);
        if (terms.By.Length > 0 && terms.Quorum > terms.By.Length)
        {
            errors.Add(
                new(
                    map.PositionOf("quorum"),
                    $"`quorum` is {terms.Quorum}, and `by` names {terms.By.Length}",
                    "Name more people, or ask for fewer."
                )
            );
        }

        return terms.By.IsEmpty ? [] : [terms];
    }

    private static ApprovalTerms Of(SourceNode.Map map, IReadOnlyDictionary<string, ImmutableArray<string>> groups)
    {
        var separate = Words(map.Find("separate"));
        return new ApprovalTerms
        {
            By =
            [
                .. Words(map.Find("by"))
                    .SelectMany(name => groups.TryGetValue(name, out var people) ? people : [name])
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
            Quorum = int.TryParse(
                RuleReader.TextOf(map, "quorum"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var quorum
            )
                ? quorum
                : 1,
            Within = Units.TryTime(RuleReader.TextOf(map, "within") ?? "", out var within)
                ? within
                : ApprovalTerms.DefaultWithin,
            Uses = ApprovalScope.TryParse(RuleReader.TextOf(map, "scope"), out var uses) ? uses : ApprovalScope.Once,
            SeparatesStarter = separate.Contains("starter"),
            SeparatesAuthor = separate.Contains("author"),
        };
    }

    /// <summary>What keeps the terms of a rule from ever being met; null when nothing does.</summary>
    public static ManifestError? FindProblem(Rule rule, SourceNode.Map map)
    {
        if (rule.Approval is not { } terms || map.Find("approval") is not SourceNode.Map said)
        {
            return null;
        }

        return rule.Effect != Effect.Ask
                ? new(
                    map.PositionOf("approval"),
                    $"`approval` can't stand on a rule that says `{rule.Effect.ToString().ToLowerInvariant()}`",
                    "Only an ask waits for a person: write `ask: …`."
                )
            : terms.By.IsEmpty && (terms.Quorum > 1 || terms.SeparatesStarter || terms.SeparatesAuthor)
                ? new(
                    map.PositionOf("approval"),
                    "`quorum` and `separate` need `by`",
                    "Without `by` the person who started the session answers, and nobody else."
                )
            : !terms.By.IsEmpty && terms.Quorum > terms.By.Length
                ? new(
                    said.PositionOf("quorum"),
                    $"`quorum` is {terms.Quorum}, and `by` names {terms.By.Length}",
                    "Name more people, or ask for fewer."
                )
            : terms.Within > ApprovalTerms.MaxWithin
                ? new(
                    said.PositionOf("within"),
                    "an action can't wait that long for a person",
                    $"Write at most `{ApprovalTerms.MaxWithin.TotalHours.ToString(CultureInfo.InvariantCulture)}h`."
                )
            : null;
    }

    private static ImmutableArray<string> Words(SourceNode? node) => [.. (
                node is SourceNode.List list ? list.Items
                : node is null ? []
                : [node]
            ).OfType<SourceNode.Scalar>().Select(scalar => scalar.Text.Trim())];
}
