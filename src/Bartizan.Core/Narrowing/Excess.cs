using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Something in which the first manifest is not at most the second.</summary>
/// <param name="Kind">In what.</param>
/// <param name="Says">What exceeds what, in one sentence.</param>
public sealed record Excess(ExcessKind Kind, string Says)
{
    /// <summary>
    /// True when it was seen to differ: the action was decided under both manifests, or the two values stand in the
    /// files. False when the proof only could not rule it out.
    /// </summary>
    public bool IsCertain { get; init; }

    /// <summary>An action and its circumstances that show it; null when it is about no action.</summary>
    public Question? Asked { get; init; }

    /// <summary>The action; null when it is about none.</summary>
    public ActionTarget? Action => Asked?.Target;

    /// <summary>When the action shows it.</summary>
    public DateTimeOffset? At => Asked?.Time;

    /// <summary>How the first decides the action.</summary>
    public Decision First { get; init; }

    /// <summary>How the second decides the action.</summary>
    public Decision Second { get; init; }

    /// <summary>The rule of the first that grants it.</summary>
    public RuleReference? GrantedBy { get; init; }

    /// <summary>
    /// What a waiver calls it: one rule of the first of which not all could be proved. Null for what can't be waived: what was seen to
    /// differ, and a proof that gave up.
    /// </summary>
    public Digest? Waivable =>
        IsCertain || GrantedBy is not { } rule
            ? null
            : Digest.Of(
                Encoding.UTF8.GetBytes(
                    $"bartizan excess v1\n{Kind}\n{rule.Layer}\n{rule.Text}\n{rule.Place[(rule.Place.LastIndexOf('/') + 1)..]}"
                )
            );
}
