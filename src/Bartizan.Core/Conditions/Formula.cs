using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>
/// A condition's tree: formulas, which have a <see cref="Truth"/>, over terms, which have a value. Immutable; what reads it
/// (the evaluator, the canonical form, the narrowing proof) matches every case.
/// </summary>
public abstract record Formula
{
    private Formula() { }

    /// <summary>Where it begins in the text; 0 in a canonical form.</summary>
    public int Column { get; init; }

    /// <summary>False when one is false, else unknown when one is unknown, else true.</summary>
    public sealed record And(ImmutableArray<Formula> Terms) : Formula;

    /// <summary>True when one is true, else unknown when one is unknown, else false.</summary>
    public sealed record Or(ImmutableArray<Formula> Terms) : Formula;

    /// <summary>The opposite; of unknown, unknown.</summary>
    public sealed record Not(Formula Operand) : Formula;

    /// <summary><c>left operator right</c>.</summary>
    public sealed record Comparison(Comparator Comparator, Term Left, Term Right) : Formula;

    /// <summary><c>item in list</c>.</summary>
    public sealed record Membership(Term Item, Term List) : Formula;

    /// <summary><c>text.startsWith(piece)</c> and its like.</summary>
    public sealed record TextTest(TextTestKind Kind, Term Text, Term Piece) : Formula;

    /// <summary>A term that is true or false by itself: <c>action.bulk</c>.</summary>
    public sealed record Flag(Term Value) : Formula;

    /// <summary><c>has(args.name)</c>: whether the argument is given.</summary>
    public sealed record Presence(Term.Attribute Argument) : Formula;

    /// <summary>The formula in CEL.</summary>
    public sealed override string ToString() => ConditionText.Of(this);
}
