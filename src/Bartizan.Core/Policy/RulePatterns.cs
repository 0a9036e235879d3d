using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>The patterns of a rule, its alternatives written out, each read once: for deciding and for the normal form.</summary>
/// <param name="Patterns">Those that can be read.</param>
/// <param name="Lines">Each in its one spelling; what can't be read as it stands, after <c>broken:</c>.</param>
/// <param name="IsBroken">True when one can't be read.</param>
internal readonly record struct RulePatterns(
    ImmutableArray<TargetPattern> Patterns,
    ImmutableArray<string> Lines,
    bool IsBroken
)
{
    private const string Broken = "broken:";

    /// <summary>Reads a rule's.</summary>
    public static RulePatterns Of(Rule rule, bool grants)
    {
        if (rule.Verb is <= Verb.Unknown or > Verb.Serve || !Alternation.TryExpand(rule.Pattern, out var texts, out _))
        {
            return new([], [Broken + rule.Pattern], IsBroken: true);
        }

        var patterns = ImmutableArray.CreateBuilder<TargetPattern>(texts.Length);
        var lines = ImmutableArray.CreateBuilder<string>(texts.Length);
        foreach (var text in texts)
        {
            var pattern = TargetPattern.Parse(rule.Verb, text, grants, out _);
            lines.Add(pattern?.Canonical ?? Broken + text);
            if (pattern is not null)
            {
                patterns.Add(pattern);
            }
        }

        var broken = patterns.Count < texts.Length;
        return new(patterns.DrainToImmutable(), lines.MoveToImmutable(), broken);
    }
}
