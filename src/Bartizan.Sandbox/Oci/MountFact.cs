using System.Globalization;

namespace Bartizan.Sandbox.Oci;

/// <summary>One line of <c>mountinfo</c> (proc(5)).</summary>
/// <param name="Path">Where it is mounted, as the container has it.</param>
/// <param name="Root">What of its file system is shown there.</param>
/// <param name="Kind">The file system's type.</param>
/// <param name="IsReadOnly">True when nothing can be written through it.</param>
internal sealed record MountFact(string Path, string Root, string Kind, bool IsReadOnly)
{
    private const int RootField = 3,
        PathField = 4,
        OptionsField = 5;

    private const int OctalDigits = 3;

    /// <summary>Reads a line; null when it is none.</summary>
    public static MountFact? Parse(string line)
    {
        var fields = line.Split(' ');
        var between = Array.IndexOf(fields, "-");
        return between > OptionsField && fields.Length > between + 1
            ? new MountFact(
                Plain(fields[PathField]),
                Plain(fields[RootField]),
                fields[between + 1],
                fields[OptionsField].Split(',').Contains("ro")
            )
            : null;
    }

    // The kernel writes space, tab, newline and backslash as \ and three octal digits.
    private static string Plain(string text)
    {
        var parts = text.Split('\\');
        for (var i = 1; i < parts.Length; i++)
        {
            if (parts[i].Length < OctalDigits)
            {
                return text;
            }

            var code = parts[i][..OctalDigits].Aggregate(0, static (sum, digit) => (sum * 8) + digit - '0');
            parts[i] = Convert.ToChar(code, CultureInfo.InvariantCulture) + parts[i][OctalDigits..];
        }

        return string.Concat(parts);
    }
}
