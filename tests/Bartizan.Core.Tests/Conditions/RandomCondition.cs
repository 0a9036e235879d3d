using System.Globalization;
using System.Text;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>
/// A condition by chance, well-typed nearly always, in many spellings; and the same for a peer that is told where Bartizan is
/// stricter than CEL: <c>isNull(x)</c> for a comparison with null, <c>present(o, "name")</c> for <c>has(o.name)</c>.
/// </summary>
internal sealed class RandomCondition
{
    private readonly Dice _dice;
    private readonly StringBuilder _plain = new();
    private readonly StringBuilder _strict = new();

    private RandomCondition(Dice dice) => _dice = dice;

    public static (string Plain, string Strict) Make(Dice dice)
    {
        var condition = new RandomCondition(dice);
        condition.WriteFormula(3);
        return (condition._plain.ToString(), condition._strict.ToString());
    }

    private void WriteFormula(int depth)
    {
        switch (depth == 0 ? 9 : _dice.Next(10))
        {
            case 0 or 1 or 2:
                WriteChain(" && ", depth);
                break;
            case 3 or 4 or 5:
                WriteChain(" || ", depth);
                break;
            case 6:
                Write("!");
                WriteParenthesised(depth);
                break;
            case 7:
                WriteParenthesised(depth);
                break;
            default:
                WriteAtom();
                break;
        }
    }

    private void WriteChain(string symbol, int depth)
    {
        for (int i = 0, count = 2 + _dice.Next(2); i < count; i++)
        {
            Write(i > 0 ? symbol : "");
            WriteParenthesised(depth);
        }
    }

    private void WriteParenthesised(int depth)
    {
        Write("(");
        WriteFormula(depth - 1);
        Write(")");
    }

    private void WriteAtom()
    {
        switch (_dice.Next(14))
        {
            case 0 or 1 or 2:
                WriteSides(Argument(), Operator(), _dice.OneIn(3) ? Argument() : Literal(_dice.Next(4)));
                break;
            case 3 or 4:
                WriteSides(TextAttribute(), Operator(), _dice.OneIn(2) ? TextAttribute() : Text());
                break;
            case 5:
                WriteSides(
                    _dice.Of("time.hour", "time.minute", "agent.version", "action.count"),
                    Operator(),
                    Whole(1 + _dice.Next(20))
                );
                break;
            case 6:
                WriteSides($"size({Sized()})", Operator(), Whole(1 + _dice.Next(3)));
                break;
            case 7:
                WriteNull();
                break;
            case 8:
                WriteMembership();
                break;
            case 9:
                Write($"{ListItem()} in {_dice.Of("args.l", "user.groups", "args.o.l", "args.a")}");
                break;
            case 10:
                WriteClosed();
                break;
            case 11:
                var text = _dice.OneIn(2) ? TextAttribute() : Argument();
                var piece = _dice.OneIn(3) ? TextAttribute() : Text(isEmpty: false);
                Write($"{text}.{_dice.Of("startsWith", "endsWith", "contains")}({piece})");
                break;
            case 12:
                WritePresence();
                break;
            default:
                Write(_dice.Of("args.f", "args.a", "action.bulk", "true", "false", "args.o.f", "!args.f"));
                break;
        }
    }

    private void WriteSides(string left, string comparator, string right)
    {
        var isFlipped = _dice.OneIn(4);
        Write(isFlipped ? $"{right} {comparator} {left}" : $"{left} {comparator} {right}");
    }

    private void WriteNull()
    {
        var argument = Argument();
        var isEqual = _dice.OneIn(2);
        var sides = _dice.OneIn(2)
            ? $"{argument} {(isEqual ? "==" : "!=")} null"
            : $"null {(isEqual ? "==" : "!=")} {argument}";
        Write(sides, $"{(isEqual ? "" : "!")}isNull({argument})");
    }

    private void WriteMembership()
    {
        var item = _dice.OneIn(2) ? Argument() : TextAttribute();
        var kind = item.StartsWith("args", StringComparison.Ordinal) ? _dice.Next(4) : 3;
        var items = string.Join(", ", Enumerable.Range(0, 1 + _dice.Next(3)).Select(_ => Literal(kind)));
        if (item.StartsWith("args", StringComparison.Ordinal) && _dice.OneIn(4))
        {
            Write($"{item} in [{items}, null]", $"({item} in [{items}] || isNull({item}))");
        }
        else
        {
            Write($"{item} in [{items}]");
        }
    }

    private void WriteClosed() =>
        Write(
            _dice.Next(5) switch
            {
                0 => $"{_dice.Of("'untrusted'", "'private'", "'secret'", "args.s")} in session.labels",
                1 => $"env.name {_dice.Of("==", "!=")} {_dice.Of("'staging'", "'production'")}",
                2 => $"time.weekday in ['Mon', 'Tue', {_dice.Of("'Fri'", "'Sun'")}]",
                3 => $"time.date {Operator()} '{_dice.Of("2026-03-31", "2027-01-01")}'",
                _ => "size(session.labels) >= 2",
            }
        );

    private void WritePresence()
    {
        var name = _dice.Of("a", "b", "s", "z");
        var of = _dice.Of("args", "args.o", "args.o.o", "args.a");
        Write($"has({of}.{name})", $"present({of}, '{name}')");
    }

    private string Operator() => _dice.Of("==", "!=", "<", "<=", ">", ">=");

    private string Argument() =>
        _dice.Of(
            "args.a",
            "args.b",
            "args.s",
            "args.n",
            "args.f",
            "args['a b']",
            "args.o.a",
            "args.o.s",
            "args.l[0]",
            "args.l[1]",
            "args.o['n']",
            "args.z"
        );

    private string TextAttribute() =>
        _dice.Of("user.region", "user.id", "resource.region", "resource.class", "agent.name", "args.s", "args.o.s");

    private string Sized() => _dice.Of("args.s", "args.l", "user.id", "user.groups", "args.a");

    private string ListItem() => _dice.Of(Text(), Text(), "args.s", "user.region");

    private string Literal(int kind) =>
        kind switch
        {
            0 => _dice.Of("true", "false"),
            1 => Whole(_dice.Of<long>(RandomFacts.Wholes)),
            2 => AttributeValue.Of(_dice.Of<double>(RandomFacts.Reals)).ToString(),
            _ => Text(),
        };

    private string Whole(long value) =>
        value >= 0 && _dice.OneIn(6)
            ? "0x" + value.ToString("x", CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);

    private string Text(bool isEmpty = true)
    {
        var text = _dice.Of<string>(RandomFacts.Texts);
        text = text.Length > 0 || isEmpty ? text : "a";
        var literal = AttributeValue.Of(text).ToString();
        return _dice.Next(6) switch
        {
            0 when !text.AsSpan().ContainsAny('"', '\n', '\'') && !text.EndsWith('\\') => $"r'{text}'",
            1 when !text.Contains('"', StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal) =>
                $"\"\"\"{text}\"\"\"",
            2 when !text.AsSpan().ContainsAny('\'', '\n', '\\') => $"'{text}'",
            3 => $"'{string.Concat(text.EnumerateRunes().Select(rune => $"\\U{rune.Value:X8}"))}'",
            _ => literal,
        };
    }

    private void Write(string both) => Write(both, both);

    private void Write(string plain, string strict)
    {
        _plain.Append(plain);
        _strict.Append(strict);
    }
}
