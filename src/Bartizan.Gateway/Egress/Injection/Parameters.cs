using System.Text;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// The parameters of a query or a form, as they were written. Names are compared as servers read them: decoded, whatever their case, with
/// <c>;</c> between them, too.
/// </summary>
internal static class Parameters
{
    /// <summary>The parameters without those of a name, and the values of these; null where two readings differ.</summary>
    public static (string Left, IReadOnlyList<string> Values)? Without(string text, string name)
    {
        var (left, taken) = (new StringBuilder(), new List<string>());
        foreach (var part in text.Split('&'))
        {
            if (IsNamed(part, name))
            {
                if (part.Contains(';', StringComparison.Ordinal))
                {
                    return null;
                }

                taken.Add(ValueOf(part));
                continue;
            }

            if (part.Split(';').Skip(1).Any(one => IsNamed(one, name)))
            {
                return null;
            }

            left.Append(left.Length == 0 ? "" : "&").Append(part);
        }

        return (left.ToString(), taken);
    }

    /// <summary>The same with one of that name more, at the end.</summary>
    public static string With(string left, string name, ReadOnlySpan<char> value) =>
        $"{left}{(left.Length == 0 ? "" : "&")}{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}";

    private static bool IsNamed(string part, string name)
    {
        var end = part.IndexOf('=', StringComparison.Ordinal);
        return Read(end < 0 ? part : part[..end]).Trim().Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static string ValueOf(string part)
    {
        var end = part.IndexOf('=', StringComparison.Ordinal);
        return end < 0 ? "" : Read(part[(end + 1)..]);
    }

    private static string Read(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
