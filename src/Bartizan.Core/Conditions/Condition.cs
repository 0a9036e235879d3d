using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Conditions;

/// <summary>
/// A rule's <c>when</c>: a typed subset of CEL, in CEL's own syntax. A text and a schema come in; out comes an immutable
/// tree that is evaluated against facts, or every mistake with its place. It never loops, calls out, reads a clock, throws
/// for any facts, or guesses: what isn't known is <see cref="Truth.Unknown"/>, and <see cref="ConditionVerdict"/> says what
/// a rule makes of that.
/// </summary>
/// <remarks>
/// Where it differs from CEL it is stricter: values of different types are not comparable (CEL: unequal), an argument whose
/// name occurs twice or in two spellings is unknown, and so is a number that doesn't fit or a text that is no Unicode.
/// Everything it knows to be true or false is so in CEL.
/// </remarks>
public sealed class Condition
{
    /// <summary>Longest condition, in UTF-16 code units: a rule that needs more is several rules.</summary>
    public const int MaxLength = 2048;

    private Condition(Formula formula)
    {
        Formula = formula;
        Canonical = CanonicalForm.Of(formula);
        CanonicalText = Canonical.ToString();
        Digest = Digest.Of(Encoding.UTF8.GetBytes("bartizan condition v1\n" + CanonicalText));
        Attributes = [.. ConditionAttributes.Of(formula)];
    }

    /// <summary>The condition as it was written.</summary>
    public Formula Formula { get; }

    /// <summary>
    /// The same condition in one form for all spellings: no <see cref="Formula.Not"/> but before a test, a membership, a flag
    /// or a presence; <see cref="Formula.And"/> and <see cref="Formula.Or"/> flat and sorted; literals on the right.
    /// </summary>
    public Formula Canonical { get; }

    /// <summary><see cref="Canonical"/> in CEL.</summary>
    public string CanonicalText { get; }

    /// <summary>Digest of the canonical text.</summary>
    public Digest Digest { get; }

    /// <summary>The attributes that it reads, in the order of the text. A condition without any is a constant.</summary>
    public ImmutableArray<Term.Attribute> Attributes { get; }

    /// <summary>Reads a condition.</summary>
    public static ConditionResult Parse(string text, ConditionSchema schema)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(schema);
        if (text.Length > MaxLength)
        {
            var error = new ConditionError(
                MaxLength + 1,
                $"a condition has at most {MaxLength} characters",
                "Split the rule."
            );
            return new ConditionResult { Errors = [error] };
        }

        try
        {
            var (formula, errors) = ConditionChecker.Check(ConditionParser.Read(text), schema);
            return formula is null
                ? new ConditionResult { Errors = errors }
                : new ConditionResult { Condition = new Condition(formula) };
        }
        catch (ConditionProblem problem)
        {
            return new ConditionResult { Errors = [problem.Error] };
        }
    }

    /// <summary>What it comes to. Pure, and without an allocation.</summary>
    public Truth Evaluate(in Facts facts) => Evaluator.Evaluate(Formula, facts);

    /// <summary>What each of its comparisons comes to, in the order of the text.</summary>
    public ImmutableArray<ConditionStep> Explain(in Facts facts) => ConditionExplainer.Explain(Formula, facts);

    /// <summary>The condition in CEL.</summary>
    public override string ToString() => Formula.ToString();
}
