namespace Bartizan.Core.Conditions;

/// <summary>Cuts a condition into words, as CEL does.</summary>
internal static class ConditionLexer
{
    private static readonly string[] _symbols =
    [
        "&&",
        "||",
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "!",
        "-",
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
    ];

    /// <summary>The words of <paramref name="text"/>, an <see cref="TokenKind.End"/> last.</summary>
    /// <exception cref="ConditionProblem">When something in it is no word of the subset.</exception>
    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        for (var at = SkipSpace(text, 0); at < text.Length; at = SkipSpace(text, at))
        {
            tokens.Add(ReadOne(text, ref at));
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length + 1));
        return tokens;
    }

    private static Token ReadOne(string text, ref int at)
    {
        var start = at;
        var c = text[at];
        if (StringLiteral.Begins(text, at))
        {
            return new Token(TokenKind.String, StringLiteral.Read(text, ref at), start + 1);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            return new Token(TokenKind.Identifier, text[start..at], start + 1);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return ReadNumber(text, ref at);
        }

        foreach (var symbol in _symbols)
        {
            if (text.AsSpan(at).StartsWith(symbol))
            {
                at += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, start + 1);
            }
        }

        throw Unknown(text, at);
    }

    private static Token ReadNumber(string text, ref int at)
    {
        var start = at;
        var isHex = text[at] == '0' && at + 1 < text.Length && text[at + 1] is 'x' or 'X';
        if (isHex)
        {
            at += 2;
            SkipWhile(text, ref at, char.IsAsciiHexDigit);
        }

        var isDouble = !isHex && SkipReal(text, ref at);
        if (
            (isHex && at == start + 2) || (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        )
        {
            var unsigned = at < text.Length && text[at] is 'u' or 'U';
            throw new ConditionProblem(
                start + 1,
                $"`{StringLiteral.Escape(text[start..Math.Min(text.Length, at + 1)])}` is not a number of conditions",
                unsigned
                    ? "Unsigned numbers aren't needed: leave the `u` out."
                    : "Put a space or an operator after the number."
            );
        }

        return new Token(isDouble ? TokenKind.Double : TokenKind.Int, text[start..at], start + 1);
    }

    // Digits, a fraction, an exponent: true when there is more than digits.
    private static bool SkipReal(string text, ref int at)
    {
        var isDouble = false;
        SkipWhile(text, ref at, char.IsAsciiDigit);
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            isDouble = true;
            at++;
            SkipWhile(text, ref at, char.IsAsciiDigit);
        }

        var exponent = at + 1;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            exponent += exponent < text.Length && text[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isDouble = true;
                at = exponent;
                SkipWhile(text, ref at, char.IsAsciiDigit);
            }
        }

        return isDouble;
    }

    private static void SkipWhile(string text, ref int at, Func<char, bool> holds)
    {
        while (at < text.Length && holds(text[at]))
        {
            at++;
        }
    }

    // White space and comments to the end of the line.
    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length)
        {
            if (text.AsSpan(at).StartsWith("//"))
            {
                var end = text.AsSpan(at).IndexOf('\n');
                at = end < 0 ? text.Length : at + end;
            }
            else if (text[at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static ConditionProblem Unknown(string text, int at)
    {
        var (what, hint) = text[at] switch
        {
            '=' => ("=", "Equality is `==`."),
            '&' => ("&", "Both is `&&`."),
            '|' => ("|", "Either is `||`."),
            '+' or '*' or '/' or '%' => (text[at].ToString(), "Conditions compare, they don't calculate."),
            '?' or ':' => (text[at].ToString(), "There is no `a ? b : c`: write `(a && b) || (!a && c)`."),
            '{' or '}' => (text[at].ToString(), "There are no maps: name each argument, `args.filter.region`."),
            '\u201c' or '\u201d' or '\u2018' or '\u2019' => (text[at].ToString(), "Use straight quotes."),
            '`' => ("a backtick", "Write `args[\"name\"]` for a name that is no identifier."),
            > ' ' and < '\x7f' => (text[at].ToString(), ""),
            _ => ($"U+{(int)text[at]:X4}", ""),
        };
        return new ConditionProblem(
            at + 1,
            what.StartsWith("a ", StringComparison.Ordinal)
                ? $"{what} is not part of a condition"
                : $"`{what}` is not part of a condition",
            hint
        );
    }
}
