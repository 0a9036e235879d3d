using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bartizan.Core.Pins;

/// <summary>
/// A JSON value in its one spelling (RFC 8785): members sorted by their UTF-16 code units, the shortest escapes, numbers as
/// ECMAScript writes them. Two values that mean the same to every reader are the same text.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>Above it a number is written with an exponent (ECMA-262, Number::toString).</summary>
    private const int MaxPlainExponent = 21;

    /// <summary>Zeros after the point, above which a number is written with an exponent.</summary>
    private const int MaxLeadingZeros = 6;

    /// <summary>The text; null for a value that RFC 8785 has none for: a number too large, a name twice, half a surrogate pair.</summary>
    public static string? Of(JsonElement value)
    {
        try
        {
            var to = new StringBuilder();
            return Write(value, to) ? to.ToString() : null;
        }
        catch (InvalidOperationException)
        {
            // A text that is no Unicode.
            return null;
        }
    }

    private static bool Write(JsonElement value, StringBuilder to)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, to);
            case JsonValueKind.Array:
                to.Append('[');
                var first = true;
                foreach (var item in value.EnumerateArray())
                {
                    to.Append(first ? "" : ",");
                    first = false;
                    if (!Write(item, to))
                    {
                        return false;
                    }
                }

                to.Append(']');
                return true;
            case JsonValueKind.String:
                WriteText(value.GetString()!, to);
                return true;
            case JsonValueKind.Number:
                return WriteNumber(value, to);
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                to.Append(value.GetRawText());
                return true;
            default:
                return false;
        }
    }

    private static bool WriteObject(JsonElement value, StringBuilder to)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                return false;
            }
        }

        to.Append('{');
        var first = true;
        foreach (var (name, inner) in members)
        {
            to.Append(first ? "" : ",");
            first = false;
            WriteText(name, to);
            to.Append(':');
            if (!Write(inner, to))
            {
                return false;
            }
        }

        to.Append('}');
        return true;
    }

    private static void WriteText(string text, StringBuilder to)
    {
        to.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => to.Append("\\\""),
                '\\' => to.Append("\\\\"),
                '\b' => to.Append("\\b"),
                '\t' => to.Append("\\t"),
                '\n' => to.Append("\\n"),
                '\f' => to.Append("\\f"),
                '\r' => to.Append("\\r"),
                < ' ' => to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => to.Append(c),
            };
        }

        to.Append('"');
    }

    private static bool WriteNumber(JsonElement value, StringBuilder to)
    {
        if (!value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            return false;
        }

        if (number == 0)
        {
            to.Append('0');
            return true;
        }

        // The shortest digits that read back as the same number, and where their point is.
        var text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? text : text[..mark];
        var exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.Integer, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var before = (point < 0 ? mantissa.Length : point) - (all.Length - digits.Length) + exponent;
        digits = digits.TrimEnd('0');
        to.Append(number < 0 ? "-" : "").Append(Placed(digits, before));
        return true;
    }

    private static string Placed(string digits, int before)
    {
        if (before > MaxPlainExponent || before <= -MaxLeadingZeros)
        {
            var sign = before - 1 < 0 ? "-" : "+";
            var rest = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{rest}e{sign}{Math.Abs(before - 1)}");
        }

        return before <= 0 ? "0." + new string('0', -before) + digits
            : before >= digits.Length ? digits.PadRight(before, '0')
            : digits[..before] + "." + digits[before..];
    }
}
