using System.Globalization;
using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>The string literals of CEL: <c>"…"</c>, <c>'…'</c>, three quotes for several lines, <c>r</c> before them for raw.</summary>
internal static class StringLiteral
{
    /// <summary>True when a string literal (or one of bytes, which is refused) begins at <paramref name="at"/>.</summary>
    public static bool Begins(string text, int at)
    {
        var quote = at;
        while (quote < text.Length && quote < at + 2 && text[quote] is 'r' or 'R' or 'b' or 'B')
        {
            quote++;
        }

        return quote < text.Length && text[quote] is '"' or '\'';
    }

    /// <summary>Reads the literal at <paramref name="at"/> and moves behind it.</summary>
    /// <exception cref="ConditionProblem">When it doesn't end, or an escape means nothing.</exception>
    public static string Read(string text, ref int at)
    {
        var start = at;
        var isRaw = false;
        for (; text[at] is not ('"' or '\''); at++)
        {
            isRaw |= text[at] is 'r' or 'R';
            if (text[at] is 'b' or 'B')
            {
                throw new ConditionProblem(start + 1, "bytes (`b\"…\"`) are not part of a condition", "Use a string.");
            }
        }

        var quote = text[at];
        var isLong = text.AsSpan(at).StartsWith(quote == '"' ? "\"\"\"" : "'''");
        var width = isLong ? 3 : 1;
        var value = new StringBuilder();
        for (at += width; !Ends(text, at, quote, width); )
        {
            if (at >= text.Length || (!isLong && text[at] is '\n' or '\r'))
            {
                throw new ConditionProblem(
                    start + 1,
                    "the string that begins here doesn't end",
                    $"Close it with `{new string(quote, width)}`."
                );
            }

            if (text[at] == '\\' && !isRaw)
            {
                value.Append(ReadEscape(text, ref at));
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        at += width;
        var result = value.ToString();
        return IsWellFormed(result)
            ? result
            : throw new ConditionProblem(start + 1, "the string that begins here holds half a character");
    }

    /// <summary>A literal that means <paramref name="value"/>, the same for the same value.</summary>
    public static string Write(string value) => $"\"{Escape(value)}\"";

    /// <summary>What stands between the quotes of <see cref="Write"/>: nothing in it moves a terminal or hides.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ when IsShown(rune) => text.Append(rune.ToString()),
                > 0xffff => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
            };
        }

        return text.ToString();
    }

    // What could hide or reorder a text that a person reads is written as its number. Ranges, not categories: those change
    // with each version of Unicode, and the digest of a condition never does.
    private static bool IsShown(Rune rune) =>
        rune.Value
            is >= ' '
                and not (
                    (>= 0x7f and <= 0xa0)
                    or 0xad
                    or 0x34f
                    or 0x61c
                    or (>= 0x115f and <= 0x1160)
                    or (>= 0x17b4 and <= 0x17b5)
                    or (>= 0x180b and <= 0x180f)
                    or (>= 0x2000 and <= 0x200f)
                    or (>= 0x2028 and <= 0x202f)
                    or (>= 0x205f and <= 0x206f)
                    or 0x3000
                    or 0x3164
                    or (>= 0xe000 and <= 0xf8ff)
                    or (>= 0xfe00 and <= 0xfe0f)
                    or 0xfeff
                    or 0xffa0
                    or (>= 0xfff0 and <= 0xffff)
                    or >= 0xe0000
                );

    private static bool Ends(string text, int at, char quote, int width) =>
        at + width <= text.Length && text.AsSpan(at, width).TrimStart(quote).IsEmpty;

    private static string ReadEscape(string text, ref int at)
    {
        var start = at;
        var c = at + 1 < text.Length ? text[at + 1] : '\0';
        var plain = c switch
        {
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'v' => "\v",
            '\\' or '?' or '"' or '\'' or '`' => c.ToString(),
            _ => null,
        };
        if (plain is not null)
        {
            at += 2;
            return plain;
        }

        var (digits, skip, radix) = c switch
        {
            'x' or 'X' => (2, 2, NumberStyles.AllowHexSpecifier),
            'u' => (4, 2, NumberStyles.AllowHexSpecifier),
            'U' => (8, 2, NumberStyles.AllowHexSpecifier),
            _ => (3, 1, NumberStyles.None),
        };
        var code = text.AsSpan(Math.Min(text.Length, at + skip));
        code = code[..Math.Min(code.Length, digits)];
        if (code.Length == digits && TryCode(code, radix, out var rune))
        {
            at += skip + digits;
            return rune.ToString();
        }

        throw new ConditionProblem(
            start + 1,
            $"`\\{(c is > ' ' and < '\x7f' ? c : "")}` is not an escape here",
            "Write a backslash as `\\\\`, or the string as r\"…\"."
        );
    }

    private static bool TryCode(ReadOnlySpan<char> digits, NumberStyles radix, out Rune rune)
    {
        rune = default;
        if (radix == NumberStyles.None)
        {
            return digits[0] is >= '0' and <= '3'
                && !digits.ContainsAnyExceptInRange('0', '7')
                && Rune.TryCreate(((digits[0] - '0') * 64) + ((digits[1] - '0') * 8) + (digits[2] - '0'), out rune);
        }

        return uint.TryParse(digits, radix, CultureInfo.InvariantCulture, out var code)
            && Rune.TryCreate(code, out rune);
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
