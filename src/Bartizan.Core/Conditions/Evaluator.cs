using System.Buffers.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Conditions;

/// <summary>What a formula comes to. Pure, without an allocation, and without an exception for any facts.</summary>
internal static class Evaluator
{
    /// <summary>Items of an argument's list that are looked through; in a longer one it is unknown what is in it.</summary>
    internal const int MaxItems = 10_000;

    /// <summary>Longest text that is looked for inside another: together with <see cref="JsonText.MaxBytes"/> it bounds the search.</summary>
    internal const int MaxPieceBytes = 4096;

    private const int DateBytes = 10;

    private static readonly (Labels Label, byte[] Name)[] _labels =
    [
        (Labels.Untrusted, "untrusted"u8.ToArray()),
        (Labels.Private, "private"u8.ToArray()),
        (Labels.Secret, "secret"u8.ToArray()),
    ];

    private static readonly byte[][] _weekdays =
    [
        .. "Sun Mon Tue Wed Thu Fri Sat".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    public static Truth Evaluate(Formula formula, in Facts facts)
    {
        switch (formula)
        {
            case Formula.And and:
                return Join(and.Terms.AsSpan(), Truth.False, facts);
            case Formula.Or or:
                return Join(or.Terms.AsSpan(), Truth.True, facts);
            case Formula.Not not:
                return Not(Evaluate(not.Operand, facts));
            case Formula.Presence presence:
                return ArgumentReader.IsPresent(facts.Args, presence.Argument.Path.AsSpan());
        }

        Scratch first = default,
            second = default;
        try
        {
            return EvaluateAtom(formula, facts, ref first, ref second);
        }
        finally
        {
            first.Dispose();
            second.Dispose();
        }
    }

    /// <summary>The value of a term.</summary>
    public static Operand Read(Term term, in Facts facts, ref Scratch scratch) =>
        term switch
        {
            Term.Literal literal => Operand.Of(literal.Value),
            Term.Attribute { Root: AttributeRoot.Args } argument => ArgumentReader.Read(
                facts.Args,
                argument.Path.AsSpan(),
                ref scratch
            ),
            Term.Attribute attribute => ReadAttribute(attribute, facts, ref scratch),
            Term.Size size => SizeOf(Read(size.Operand, facts, ref scratch)),
            _ => default,
        };

    private static Truth Not(Truth truth) =>
        truth switch
        {
            Truth.True => Truth.False,
            Truth.False => Truth.True,
            _ => Truth.Unknown,
        };

    // One term of the absorbing value decides, even beside an unknown one; all are looked at in the order of the text.
    private static Truth Join(ReadOnlySpan<Formula> terms, Truth absorbing, in Facts facts)
    {
        var result = Not(absorbing);
        foreach (var term in terms)
        {
            var truth = Evaluate(term, facts);
            if (truth == absorbing)
            {
                return absorbing;
            }

            result = truth == Truth.Unknown ? Truth.Unknown : result;
        }

        return result;
    }

    private static Truth EvaluateAtom(Formula formula, in Facts facts, ref Scratch first, ref Scratch second)
    {
        switch (formula)
        {
            case Formula.Comparison { Right: Term.Literal { Value.Kind: ValueKind.Null } } c:
                return IsNull(c.Comparator, Read(c.Left, facts, ref first));
            case Formula.Comparison { Left: Term.Literal { Value.Kind: ValueKind.Null } } c:
                return IsNull(c.Comparator, Read(c.Right, facts, ref first));
            case Formula.Comparison c:
                var left = Read(c.Left, facts, ref first);
                return left.Kind == OperandKind.Unknown
                    ? Truth.Unknown
                    : Comparing.Compare(c.Comparator, left, Read(c.Right, facts, ref second));
            case Formula.Membership m:
                var item = Read(m.Item, facts, ref first);
                Scratch third = default;
                try
                {
                    return IsIn(item, Read(m.List, facts, ref second), ref third);
                }
                finally
                {
                    third.Dispose();
                }

            case Formula.TextTest t:
                return Test(t.Kind, Read(t.Text, facts, ref first), Read(t.Piece, facts, ref second));
            case Formula.Flag f:
                var flag = Read(f.Value, facts, ref first);
                return flag.Kind == OperandKind.Bool ? Comparing.Of(flag.Whole != 0) : Truth.Unknown;
            default:
                return Truth.Unknown;
        }
    }

    private static Truth IsNull(Comparator comparator, in Operand operand) =>
        comparator == Comparator.Equal ? Comparing.IsNull(operand) : Not(Comparing.IsNull(operand));

    private static Truth Test(TextTestKind kind, in Operand text, in Operand piece)
    {
        if (text.Kind != OperandKind.Text || piece.Kind != OperandKind.Text)
        {
            return Truth.Unknown;
        }

        // UTF-8 is self-synchronizing: a well-formed piece is found at the begin of a character only.
        return kind switch
        {
            TextTestKind.StartsWith => Comparing.Of(text.Text.StartsWith(piece.Text)),
            TextTestKind.EndsWith => Comparing.Of(text.Text.EndsWith(piece.Text)),
            _ when piece.Text.Length > MaxPieceBytes => Truth.Unknown,
            _ => Comparing.Of(text.Text.IndexOf(piece.Text) >= 0),
        };
    }

    // True when one item is equal; else unknown when one isn't known to differ.
    private static Truth IsIn(scoped in Operand item, scoped in Operand list, ref Scratch scratch)
    {
        if (item.Kind == OperandKind.Unknown)
        {
            return Truth.Unknown;
        }

        var result = Truth.False;
        switch (list.Kind)
        {
            case OperandKind.Items:
                foreach (var value in list.Items!.Items.AsSpan())
                {
                    var equal =
                        value.Kind == ValueKind.Null
                            ? Comparing.IsNull(item)
                            : Comparing.Compare(Comparator.Equal, item, Operand.Of(value));
                    if (equal == Truth.True)
                    {
                        return Truth.True;
                    }

                    result = equal == Truth.Unknown ? Truth.Unknown : result;
                }

                return result;
            case OperandKind.JsonList when list.Json.GetArrayLength() <= MaxItems:
                foreach (var value in list.Json.EnumerateArray())
                {
                    var equal = Comparing.Compare(Comparator.Equal, item, ArgumentReader.Read(value, ref scratch));
                    if (equal == Truth.True)
                    {
                        return Truth.True;
                    }

                    result = equal == Truth.Unknown ? Truth.Unknown : result;
                }

                return result;
            case OperandKind.Labels when item.Kind != OperandKind.Text:
                return list.Labels == Labels.None ? Truth.False : Truth.Unknown;
            case OperandKind.Labels:
                foreach (var (label, name) in _labels)
                {
                    if ((list.Labels & label) != Labels.None && item.Text.SequenceEqual(name))
                    {
                        return Truth.True;
                    }
                }

                return Truth.False;
            default:
                return Truth.Unknown;
        }
    }

    private static Operand SizeOf(scoped in Operand operand)
    {
        switch (operand.Kind)
        {
            case OperandKind.Text:
                // Characters are counted by their first bytes.
                var count = 0L;
                foreach (var b in operand.Text)
                {
                    count += (b & 0xC0) == 0x80 ? 0 : 1;
                }

                return Operand.Of(OperandKind.Int, count);
            case OperandKind.JsonList:
                return Operand.Of(OperandKind.Int, operand.Json.GetArrayLength());
            case OperandKind.Items:
                return Operand.Of(OperandKind.Int, operand.Items!.Items.Length);
            case OperandKind.Labels:
                return Operand.Of(OperandKind.Int, System.Numerics.BitOperations.PopCount((uint)operand.Labels));
            default:
                return default;
        }
    }

    private static Operand ReadAttribute(Term.Attribute attribute, in Facts facts, ref Scratch scratch)
    {
        var name = attribute.Path[0].Name!;
        switch (attribute.Root)
        {
            case AttributeRoot.Session:
                return facts.Labels is { } labels ? Operand.Of(OperandKind.Labels, (long)labels) : default;
            case AttributeRoot.Time:
                return facts.Time is { } time ? ReadTime(time, name, ref scratch) : default;
            default:
                var value = attribute.Root switch
                {
                    AttributeRoot.Agent => Operand.Of(facts.Agent?.Find(name)),
                    AttributeRoot.User => Operand.Of(facts.User?.Find(name)),
                    AttributeRoot.Resource => Operand.Of(facts.Resource?.Find(name)),
                    AttributeRoot.Env => Operand.Of(facts.Env?.Find(name)),
                    AttributeRoot.Action => name == "bulk" ? Operand.Of(facts.Bulk) : Operand.Of(facts.Count),
                    _ => default,
                };
                return attribute.Type.Holds(value) ? value : default;
        }
    }

    private static Operand ReadTime(LocalTime time, string name, ref Scratch scratch) =>
        name switch
        {
            "hour" => Operand.Of(OperandKind.Int, time.Hour),
            "minute" => Operand.Of(OperandKind.Int, time.Minute),
            "weekday" => Operand.OfText(_weekdays[(int)time.Date.DayOfWeek]),
            "date" => DateOf(time.Date, ref scratch),
            _ => default,
        };

    private static Operand DateOf(DateOnly date, ref Scratch scratch)
    {
        var text = scratch.Rent(DateBytes);
        return
            Utf8Formatter.TryFormat(date.Year, text, out _, new('D', 4))
            && Utf8Formatter.TryFormat(date.Month, text[5..], out _, new('D', 2))
            && Utf8Formatter.TryFormat(date.Day, text[8..], out _, new('D', 2))
            ? OfDate(text)
            : default;
    }

    private static Operand OfDate(Span<byte> text)
    {
        text[4] = text[7] = (byte)'-';
        return Operand.OfText(text[..DateBytes]);
    }
}
