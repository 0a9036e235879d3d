using System.Buffers;
using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The field lines of an HTTP/1.1 head (RFC 9112, section 5), strictly: every line ends in CR LF, no folding, no space
/// before the colon, no control characters. What two readers could read in two ways is not read at all.
/// </summary>
internal static class HeadFields
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    /// <summary>RFC 9110, 5.6.2.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => text.Length > 0 && text.IndexOfAnyExcept(TokenBytes) < 0;

    /// <summary>Reads the lines after the first, the empty one included.</summary>
    public static bool TryParse(ReadOnlySpan<byte> lines, int maxFields, List<HeadField> fields, out string problem)
    {
        problem = "";
        while (true)
        {
            var end = lines.IndexOf("\r\n"u8);
            if (end < 0)
            {
                problem = "the head has no end";
                return false;
            }

            var line = lines[..end];
            lines = lines[(end + 2)..];
            if (line.IsEmpty)
            {
                problem = lines.IsEmpty ? "" : "there is more after the head's end";
                return lines.IsEmpty;
            }

            if (fields.Count == maxFields)
            {
                problem = $"the head has more than {maxFields} fields";
                return false;
            }

            if (!TryParseLine(line, out var field, out problem))
            {
                return false;
            }

            fields.Add(field);
        }
    }

    /// <summary>The one field of that name; null when there is none, <paramref name="repeated"/> when there are more.</summary>
    public static string? Single(List<HeadField> fields, string name, out bool repeated)
    {
        string? value = null;
        repeated = false;
        foreach (var field in fields)
        {
            if (field.Is(name))
            {
                repeated = value is not null;
                if (repeated)
                {
                    return null;
                }

                value = field.Value;
            }
        }

        return value;
    }

    private static bool TryParseLine(ReadOnlySpan<byte> line, out HeadField field, out string problem)
    {
        field = default;
        problem = "";
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            problem = "a header field is folded over two lines";
            return false;
        }

        var colon = line.IndexOf((byte)':');
        if (colon < 0 || !IsToken(line[..colon]))
        {
            problem = "a header field has no valid name";
            return false;
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        foreach (var b in value)
        {
            if ((b < 0x20 && b != '\t') || b == 0x7F)
            {
                problem = "a header field holds a control character";
                return false;
            }
        }

        field = new HeadField(Encoding.ASCII.GetString(line[..colon]), Encoding.Latin1.GetString(value));
        return true;
    }
}
