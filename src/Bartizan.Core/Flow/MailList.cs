using System.Globalization;

namespace Bartizan.Core.Flow;

/// <summary>
/// Which texts a mail program may take for recipients. Wider than what is read as mail addresses: a text that only some program would
/// read is a target, too, and as it has no known value it is asked.
/// </summary>
internal static class MailList
{
    private const string Scheme = "mailto:";

    /// <summary>
    /// The whole text, where one of its parts is an address; of prose, which has sentences between them, the addresses that stand by
    /// themselves.
    /// </summary>
    public static IEnumerable<(string Value, bool IsIn)> In(string text)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return [];
        }

        var mails = new List<(string Value, bool IsIn)>();
        var isProse = false;
        foreach (var part in text.Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var bare = Bare(part);
            if (MailIn(bare) is { } mail)
            {
                mails.Add((mail, true));
            }
            else
            {
                isProse |= bare.Contains(' ') && !bare.ContainsAny('@', '"');
            }
        }

        // INVARIANT: a part that can't be read makes the whole unknown: it may be somebody.
        return mails.Count > 0 && !isProse ? [(text, false)] : mails;
    }

    private static string? MailIn(ReadOnlySpan<char> part)
    {
        if (part.EndsWith('>') && part.LastIndexOf('<') is var open and >= 0)
        {
            part = Bare(part[(open + 1)..^1]);
        }

        var hasMail = false;
        foreach (var range in part.Split(' '))
        {
            var word = Bare(part[range]);
            if (!word.IsEmpty && !ValueForm.IsMail(word))
            {
                return null;
            }

            hasMail |= !word.IsEmpty;
        }

        return hasMail ? part.ToString() : null;
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> text)
    {
        text = Visible(text);
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Visible(text[Scheme.Length..]) : text;
    }

    private static ReadOnlySpan<char> Visible(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && IsHidden(text[0]))
        {
            text = text[1..];
        }

        while (!text.IsEmpty && IsHidden(text[^1]))
        {
            text = text[..^1];
        }

        return text;
    }

    private static bool IsHidden(char c) =>
        char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format;
}
