using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Conditions;

/// <summary>Tells what each comparison of a condition came to, and of what values. Allocates; not for deciding.</summary>
internal static class ConditionExplainer
{
    /// <summary>Characters of a value that are shown: enough to tell values apart, too few to fill a screen.</summary>
    internal const int MaxShown = 80;

    public static ImmutableArray<ConditionStep> Explain(Formula formula, in Facts facts)
    {
        var steps = ImmutableArray.CreateBuilder<ConditionStep>();
        Add(formula, facts, steps);
        return steps.ToImmutable();
    }

    private static void Add(Formula formula, in Facts facts, ImmutableArray<ConditionStep>.Builder steps)
    {
        switch (formula)
        {
            case Formula.And and:
                Add(and.Terms, facts, steps);
                break;
            case Formula.Or or:
                Add(or.Terms, facts, steps);
                break;
            case Formula.Not not:
                Add(not.Operand, facts, steps);
                break;
            default:
                var values = new List<string>();
                foreach (var attribute in ConditionAttributes.Of(formula).DistinctBy(a => a.ToString()))
                {
                    values.Add($"{attribute} is {Shown(attribute, facts)}");
                }

                var truth = Evaluator.Evaluate(formula, facts);
                steps.Add(new ConditionStep(formula.Column, formula.ToString(), truth, string.Join(", ", values)));
                break;
        }
    }

    private static void Add(ImmutableArray<Formula> terms, in Facts facts, ImmutableArray<ConditionStep>.Builder steps)
    {
        foreach (var term in terms)
        {
            Add(term, facts, steps);
        }
    }

    private static string Shown(Term.Attribute attribute, in Facts facts)
    {
        Scratch scratch = default;
        try
        {
            var value = Evaluator.Read(attribute, facts, ref scratch);
            return value.Kind switch
            {
                OperandKind.Unknown => "unknown",
                OperandKind.Null => "null",
                OperandKind.Bool => value.Whole == 0 ? "false" : "true",
                OperandKind.Int => value.Whole.ToString(CultureInfo.InvariantCulture),
                OperandKind.Double => AttributeValue.Of(value.Real).ToString(),
                OperandKind.Text => Shortened(Encoding.UTF8.GetString(value.Text)),
                OperandKind.JsonList => $"a list of {value.Json.GetArrayLength()}",
                OperandKind.Items => $"a list of {value.Items!.Items.Length}",
                OperandKind.Labels => value.Labels == Labels.None
                    ? "no label"
                    : value.Labels.ToString().ToLowerInvariant(),
                _ => "an object",
            };
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private static string Shortened(string text)
    {
        if (text.Length <= MaxShown)
        {
            return StringLiteral.Write(text);
        }

        var end = char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown;
        return StringLiteral.Write(text[..end]) + "…";
    }
}
