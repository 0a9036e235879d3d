using System.Text;
using System.Text.RegularExpressions;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// A regular expression of ECMA-262 (JSON Schema core 2020-12, section 6.4) in .NET's own dialect: <c>\d \w \s</c> as that
/// standard has them, <c>$</c> at the very end only, the long names of Unicode's categories.
/// </summary>
internal static class SchemaPattern
{
    /// <summary>The longest pattern that is read.</summary>
    private const int MaxLength = 4096;

    private const string Space = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    /// <summary>Only for patterns that need backtracking; the others take time that grows with the text alone.</summary>
    private static readonly TimeSpan s_within = TimeSpan.FromMilliseconds(50);

    private static readonly Dictionary<string, string> s_categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
    };

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="SchemaException">When it is none, or one that can't be held here.</exception>
    public static Regex Compile(string pattern, string place)
    {
        if (pattern.Length > MaxLength)
        {
            throw new SchemaException($"`{place}`: a pattern is longer than {MaxLength} characters");
        }

        string translated;
        try
        {
            translated = Translate(pattern);
            return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            // Looking around and backward references.
            translated = Translate(pattern);
            return new Regex(translated, RegexOptions.CultureInvariant, s_within);
        }
        catch (ArgumentException)
        {
            throw new SchemaException($"`{place}` is no regular expression that can be read");
        }
    }

    /// <summary>Whether a text matches somewhere; false when finding out takes too long.</summary>
    public static bool IsMatch(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass, text);
                continue;
            }

            switch (c)
            {
                case '[' when inClass:
                    // .NET would subtract a class.
                    text.Append(@"\[");
                    continue;
                case '[' when pattern.AsSpan(i).StartsWith("[]"):
                    text.Append("(?!)");
                    i++;
                    continue;
                case '[' when pattern.AsSpan(i).StartsWith("[^]"):
                    text.Append(@"[\s\S]");
                    i += 2;
                    continue;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '$' when !inClass:
                    text.Append(@"\z");
                    continue;
                case '.' when !inClass:
                    text.Append(@"[^\n\r\u2028\u2029]");
                    continue;
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static int Escape(string pattern, int at, bool inClass, StringBuilder text)
    {
        switch (pattern[at])
        {
            case 'd':
                text.Append(inClass ? "0-9" : "[0-9]");
                return at;
            case 'D':
                text.Append(inClass ? @"\x00-/:-\uffff" : "[^0-9]");
                return at;
            case 'w':
                text.Append(inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]");
                return at;
            case 'W':
                text.Append(inClass ? @"\x00-/:-@\[-^`{-\uffff" : "[^A-Za-z0-9_]");
                return at;
            case 's':
                text.Append(inClass ? Space : $"[{Space}]");
                return at;
            case 'S' when !inClass:
                text.Append("[^").Append(Space).Append(']');
                return at;
            case 'p' or 'P' when pattern.AsSpan(at + 1) is ['{', ..] named && named.IndexOf('}') is > 0 and var close:
                var name = named[1..close].ToString();
                text.Append('\\').Append(pattern[at]).Append('{').Append(s_categories.GetValueOrDefault(name, name));
                text.Append('}');
                return at + close + 1;
            case '/' or '-':
                text.Append('\\').Append(pattern[at]);
                return at;
            case 'a' or 'e' or 'A' or 'z' or 'Z' or 'G':
                // Anchors and controls of .NET alone.
                throw new ArgumentException("an escape that ECMA-262 doesn't have", nameof(pattern));
            default:
                text.Append('\\').Append(pattern[at]);
                return at;
        }
    }
}
