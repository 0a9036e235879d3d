using System.Buffers;
using System.Text;
using Bartizan.Core.Entries;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The texts of a caller's request, as the agent may read them: an address, a form and a cookie without their escapes, the values of a
/// query one after the other, JSON in any of them, and words that stand with a sign between them because no blank may.
/// <code>
/// /wiki/ignore-all-previous%20rules ─▶ ignore all previous rules        ?a=ignore+all&amp;b=rules ─▶ ignore all rules
/// </code>
/// </summary>
internal static class CallerTexts
{
    /// <summary>What is shorter, and of fewer words than <see cref="LeastWords"/>, is no order in any disguise.</summary>
    private const int LeastChars = 24;

    private const int LeastWords = 3;

    private static readonly SearchValues<char> _signs = SearchValues.Create("-_./+~,;:=&|*");

    /// <summary>What a path says; null where it is too little to say anything.</summary>
    public static string? OfPath(string path)
    {
        if (IsLittle(path))
        {
            return null;
        }

        var text = Uri.UnescapeDataString(path);
        return Spelled(text) is { } words ? $"{text}\n{words}" : text;
    }

    /// <summary>What a payload says.</summary>
    public static IEnumerable<string> Of(Payload payload)
    {
        if (payload.Role is "head")
        {
            return OfHead(Encoding.UTF8.GetString(payload.Content.Span));
        }

        return
            payload.Role is "query"
            || payload.MediaType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            ? OfForm(Encoding.UTF8.GetString(payload.Content.Span))
            : PayloadTexts.Of(payload, isModel: false).Select(one => one.Text);
    }

    private static IEnumerable<string> OfForm(string form)
    {
        var all = Unescaped(form);
        if (IsLittle(form))
        {
            return [all];
        }

        string[] values =
        [
            .. form.TrimStart('?')
                .Split('&')
                .Select(pair => Unescaped(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..])),
        ];
        return [Joined(all, string.Join(' ', values)), .. values.SelectMany(InJson)];
    }

    private static IEnumerable<string> OfHead(string head)
    {
        var plain = head.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(head) : null;
        var values = (plain ?? head)
            .Split('\n', ';')
            .Select(part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim());
        return [Joined(head, plain), .. values.SelectMany(InJson)];
    }

    private static string Joined(string text, string? other)
    {
        var both = other is null || other == text ? text : $"{text}\n{other}";
        return Spelled(other ?? text) is { } words ? $"{both}\n{words}" : both;
    }

    // Words for which signs stand; null where none do.
    private static string? Spelled(string text)
    {
        if (!text.AsSpan().ContainsAny(_signs))
        {
            return null;
        }

        return string.Create(
            text.Length,
            text,
            static (words, from) =>
            {
                from.CopyTo(words);
                words.ReplaceAny(_signs, ' ');
            }
        );
    }

    private static IEnumerable<string> InJson(string value) =>
        value is ['{' or '[' or '"', _, ..]
            ? PayloadTexts.Of(Encoding.UTF8.GetBytes(value), isModel: false).Select(one => one.Text)
            : [];

    private static string Unescaped(string form) => Uri.UnescapeDataString(form.Replace('+', ' '));

    private static bool IsLittle(ReadOnlySpan<char> text)
    {
        if (text.Length > LeastChars || text.Contains('%') || text.Contains('{'))
        {
            return false;
        }

        var words = 0;
        foreach (var range in text.SplitAny(_signs))
        {
            words += range.End.Value > range.Start.Value ? 1 : 0;
        }

        return words < LeastWords;
    }
}
