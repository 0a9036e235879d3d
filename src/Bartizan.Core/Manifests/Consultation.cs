using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// A decision point outside that is asked, too (<c>consult</c>). It can only make a decision stricter: what it permits is still
/// decided by the rules, and what it doesn't answer in time is denied.
/// </summary>
public sealed record Consultation
{
    /// <summary>How it is asked.</summary>
    public required ConsultationApi Api { get; init; }

    /// <summary>Where. Operator-named: loopback and http are allowed.</summary>
    public required Uri Url { get; init; }

    /// <summary>About which actions: verbs and patterns, read as a deny rule's. Empty means all.</summary>
    public ImmutableArray<(Verb Verb, string Pattern)> On { get; init; } = [];

    /// <summary>How long it is waited for.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>Why it is asked.</summary>
    public required string Why { get; init; }

    /// <summary>Where it stands.</summary>
    public required SourcePosition Position { get; init; }

    private ImmutableArray<CompiledRule> Compiled =>
        field.IsDefault
            ? field = [
                .. On.SelectMany(one =>
                {
                    var rule = new Rule
                    {
                        Effect = Effect.Deny,
                        Verb = one.Verb,
                        Pattern = one.Pattern,
                        Why = Why,
                        Position = Position,
                    };
                    return CompiledRule.Compile(rule, new RuleLayer("consult", IsCeiling: true, [rule]));
                }),
            ]
            : field;

    /// <summary>True when it is asked about a target.</summary>
    public bool Concerns(ActionTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return On.IsEmpty || Compiled.Any(rule => rule.Verb == target.Verb && CompiledLayer.Fits(rule, target));
    }

    /// <summary>What it is, in one spelling: two consultations with one text ask the same about the same.</summary>
    internal string Canonical =>
        $"consult {Api} {Url.AbsoluteUri} "
        + string.Join(
            " | ",
            On.Select(one => $"{one.Verb} {one.Pattern}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );
}
