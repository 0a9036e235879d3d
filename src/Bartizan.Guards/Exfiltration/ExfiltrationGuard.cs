using System.Buffers;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Exfiltration;

/// <summary>
/// Finds the shapes in which data leaves by an address: a text in Base64 or hexadecimal in a path or a query, images and links of
/// Markdown and HTML that carry data, labels of names that are no names. It judges shapes, not whether what leaves matters.
/// </summary>
public static class ExfiltrationGuard
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    /// <summary>The longest address that is looked at as one.</summary>
    private const int MaxAddress = 8 * 1024;

    /// <summary>The longest label that people give a host; generated names of clouds are shorter, too.</summary>
    private const int MaxLabel = 40;

    /// <summary>Characters of a query or a segment that a picture needs no more than.</summary>
    private const int LeastData = 24;

    /// <summary>Characters of one value that are opaque, however they are meant.</summary>
    private const int ManyOpaque = 120;

    /// <summary>Bits per character from which a label or a value looks drawn by lot.</summary>
    private const double Opaque = 3.4;

    private static readonly SearchValues<char> _ends = SearchValues.Create(" \t\r\n\"'<>`|\\^{}");

    private static readonly SearchValues<char> _labels = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );

    /// <summary>Adds what leaves by addresses in a text.</summary>
    internal static void Find(TextViews views, FoundList found)
    {
        foreach (var view in views.All)
        {
            if (view.Coding is not (Coding.Words or Coding.Rot13 or Coding.Reversed))
            {
                Find(view, views, found);
            }
        }
    }

    /// <summary>True for a name that carries data in its labels.</summary>
    public static bool IsData(ReadOnlySpan<char> name)
    {
        var (opaque, at) = (0, 0);
        while (at < name.Length)
        {
            var dot = name[at..].IndexOf('.');
            var label = dot < 0 ? name[at..] : name.Slice(at, dot);
            at += label.Length + 1;
            if (label.StartsWith("xn--"))
            {
                continue;
            }

            if (label.Length > MaxLabel)
            {
                return true;
            }

            opaque += label.Length >= LeastData && IsOpaque(label) ? 1 : 0;
        }

        return opaque > 1;
    }

    private static void Find(TextView view, TextViews views, FoundList found)
    {
        var text = view.Text.Span;
        var at = 0;
        while (!found.IsFull("exfiltration") && text[at..].IndexOf("://") is >= 0 and var next)
        {
            var host = at + next + 3;
            at = host;
            var rest = text[host..Math.Min(text.Length, host + MaxAddress)];
            var length = rest.IndexOfAny(_ends);
            rest = length < 0 ? rest : rest[..length];
            var start = SchemeOf(text, host - 3);
            var isImage = IsImage(text, start, out var isLink);
            if (isImage || isLink)
            {
                // The address ends where the mark ends.
                var close = rest.IndexOf(')');
                rest = close < 0 ? rest : rest[..close];
            }

            Judge(view, views, start, host, rest, isImage, isLink, found);
            at = host + rest.Length;
        }
    }

    private static void Judge(
        TextView view,
        TextViews views,
        int start,
        int host,
        ReadOnlySpan<char> rest,
        bool isImage,
        bool isLink,
        FoundList found
    )
    {
        var nameEnd = rest.IndexOfAnyExcept(_labels);
        var name = nameEnd < 0 ? rest : rest[..nameEnd];
        var all = host + rest.Length - start;
        if (IsData(name))
        {
            found.Add("exfiltration", "data-in-name", view, start, all, FindingSeverity.High, 0.85);
        }

        var data = rest[name.Length..];
        if (data.Length < LeastData)
        {
            return;
        }

        var isText = HoldsText(view, views, start, all);
        if (isText || LongestOpaque(data) is >= LeastData and var longest && isImage)
        {
            var kind =
                isImage ? "image-with-data"
                : isLink ? "link-with-data"
                : "data-in-address";
            found.Add("exfiltration", kind, view, start, all, FindingSeverity.High, isText ? 0.9 : 0.8);
        }
        else if (isImage && data.IndexOf('?') >= 0)
        {
            found.Add("exfiltration", "image-with-query", view, start, all, FindingSeverity.Medium, 0.75);
        }
        else if (LongestOpaque(data) >= ManyOpaque)
        {
            // Signed addresses of clouds look the same: it is mentioned.
            found.Add("exfiltration", "opaque-address", view, start, all, FindingSeverity.Low, 0.5);
        }
    }

    // What the unfolding decoded from within the address is a text.
    private static bool HoldsText(TextView view, TextViews views, int start, int length)
    {
        var (from, to) = view.ToOriginal(start, length);
        foreach (var other in views.All)
        {
            if (other.Coding is Coding.Base64 or Coding.Hex or Coding.Base32 && other.Depth > view.Depth)
            {
                var (first, last) = other.ToOriginal(0, other.Text.Length);
                if (first >= from && last <= to && first < last)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static int LongestOpaque(ReadOnlySpan<char> data)
    {
        var (longest, at) = (0, 0);
        while (at < data.Length)
        {
            var end = data[at..].IndexOfAny("/?&=#;,");
            var piece = end < 0 ? data[at..] : data.Slice(at, end);
            at += piece.Length + 1;
            if (piece.Length > longest && piece.Length >= LeastData && IsOpaque(piece))
            {
                longest = piece.Length;
            }
        }

        return longest;
    }

    // Words have vowels, hyphens and one case; what is encoded has digits among its letters, or changes its case all the time.
    internal static bool IsOpaque(ReadOnlySpan<char> piece)
    {
        var (digits, upper, lower, others) = (0, 0, 0, 0);
        foreach (var c in piece)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            others += char.IsAsciiLetterOrDigit(c) ? 0 : 1;
        }

        return others * 8 <= piece.Length
            && (digits * 12 >= piece.Length || (upper * 4 >= piece.Length && lower * 4 >= piece.Length))
            && digits < piece.Length
            && TokenChecks.Entropy(piece) >= Opaque;
    }

    private static int SchemeOf(ReadOnlySpan<char> text, int colon)
    {
        var start = colon;
        while (start > 0 && colon - start < 8 && char.IsAsciiLetter(text[start - 1]))
        {
            start--;
        }

        return start;
    }

    // ![…](address), [..](address), <img src="address">
    private static bool IsImage(ReadOnlySpan<char> text, int start, out bool isLink)
    {
        const int MaxBefore = 256;
        isLink = false;
        var before = text[Math.Max(0, start - MaxBefore)..start];
        if (before.EndsWith("](") || before.EndsWith("](<"))
        {
            var open = before.LastIndexOf('[');
            isLink = open >= 0;
            return open > 0 && before[open - 1] == '!';
        }

        if (before.EndsWith("]: "))
        {
            isLink = true;
            return false;
        }

        var tag = before.LastIndexOf('<');
        return tag >= 0
            && before[tag..].IndexOf('>') < 0
            && before[tag..].StartsWith("<img", StringComparison.OrdinalIgnoreCase);
    }
}
