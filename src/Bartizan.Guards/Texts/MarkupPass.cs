using System.Buffers;
using System.Collections.Frozen;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Takes the marks of HTML and Markdown away, so that a word cut by a tag is whole. What a comment says stands at the end; what a page
/// wouldn't show is noted.
/// </summary>
internal static class MarkupPass
{
    /// <summary>The longest tag that is taken for one.</summary>
    private const int MaxTag = 4096;

    /// <summary>Characters that say something; icons are hidden from readers by the thousand, and hold nothing.</summary>
    private const int LeastHidden = 8;

    /// <summary>The longest name of an element.</summary>
    private const int MaxName = 24;

    private static readonly SearchValues<string> _hiding = SearchValues.Create(
        [
            "display:none",
            "display: none",
            "visibility:hidden",
            "visibility: hidden",
            "font-size:0",
            "font-size: 0",
            "font-size:1px",
            "font-size: 1px",
            "opacity:0",
            "opacity: 0",
            "left:-9",
            "left: -9",
            "text-indent:-9",
            "text-indent: -9",
            "color:white",
            "color: white",
            "color:#fff",
            "color: #fff",
            "color:transparent",
            "color: transparent",
            "clip:rect(0",
            "clip: rect(0",
            "max-height:0",
            "max-height: 0",
            "aria-hidden=\"true\"",
            " hidden",
        ],
        StringComparison.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _breaking = (
        "p br div li ul ol tr td th table section article header footer h1 h2 "
        + "h3 h4 h5 h6 hr pre blockquote title body html head"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The view without marks; null when it has none.</summary>
    public static TextView? Of(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        NoteMarkdown(view, hidden);
        var at = text.IndexOf('<');
        if (at < 0)
        {
            return null;
        }

        ViewBuilder? built = null;
        List<(int Start, int End)>? comments = null;
        var (copied, hiddenUntil) = (0, 0);
        while (at >= 0)
        {
            var rest = text[at..];
            var (length, breaks) = (0, false);
            if (rest.StartsWith("<!--"))
            {
                var end = rest[4..].IndexOf("-->");
                length = end < 0 ? rest.Length : end + 7;
                hidden.Add(HiddenForms.Comment, view, at, at + length);
                (comments ??= []).Add((at + 4, at + length - (end < 0 ? 0 : 3)));
            }
            else if (IsTag(rest))
            {
                var end = rest[1..Math.Min(rest.Length, MaxTag)].IndexOfAny('<', '>') + 1;
                if (end > 0 && rest[end] == '>')
                {
                    length = end + 1;
                    var name = NameOf(rest);
                    breaks = _breaking.Contains(name);
                    if (at >= hiddenUntil && rest[1] != '/' && IsHiding(rest[..length]))
                    {
                        hiddenUntil = at + EndOf(rest, length, name);
                        if (hiddenUntil - at - length >= LeastHidden)
                        {
                            hidden.Add(HiddenForms.Element, view, at, hiddenUntil);
                        }
                    }
                }
            }

            if (length > 0)
            {
                built ??= new ViewBuilder(text.Length);
                built.Copy(text[copied..at], copied);
                if (breaks)
                {
                    built.Write('\n', at, length);
                }

                at += length;
                copied = at;
            }
            else
            {
                at++;
            }

            var next = text[at..].IndexOf('<');
            at = next < 0 ? -1 : at + next;
        }

        if (built is null)
        {
            return null;
        }

        built.Copy(text[copied..], copied);
        foreach (var (start, end) in comments ?? [])
        {
            built.Write('\n', start, 0);
            built.Copy(text[start..Math.Max(start, end)], start);
        }

        return built.Done(Coding.Markup, view);
    }

    private static bool IsTag(ReadOnlySpan<char> rest) =>
        rest.Length > 2
        && (
            char.IsAsciiLetter(rest[1])
            || (rest[1] == '/' && char.IsAsciiLetter(rest[2]))
            || (rest[1] is '!' or '?' && char.IsAsciiLetter(rest[2]))
        );

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> rest)
    {
        var start = rest[1] == '/' ? 2 : 1;
        var end = start;
        while (end < rest.Length && end - start < MaxName && char.IsAsciiLetterOrDigit(rest[end]))
        {
            end++;
        }

        return rest[start..end];
    }

    private static bool IsHiding(ReadOnlySpan<char> tag)
    {
        if (tag.IndexOfAny('=', ' ') < 0)
        {
            return tag.StartsWith("<template", StringComparison.OrdinalIgnoreCase);
        }

        var found = tag.IndexOfAny(_hiding);
        if (found < 0)
        {
            return false;
        }

        // `font-size:0.9em` and `opacity:0.8` hide nothing; ` hidden` is an attribute and no start of a word.
        var after = tag[found..];
        var end = after.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-: #(\"=01");
        return !(end > 0 && after[end] == '.' && end + 1 < after.Length && char.IsBetween(after[end + 1], '1', '9'));
    }

    private static int EndOf(ReadOnlySpan<char> rest, int from, ReadOnlySpan<char> name)
    {
        Span<char> closing = stackalloc char[MaxName + 2];
        "</".CopyTo(closing);
        name.CopyTo(closing[2..]);
        var end = rest[from..].IndexOf(closing[..(name.Length + 2)], StringComparison.OrdinalIgnoreCase);
        if (end < 0)
        {
            return rest.Length;
        }

        var after = from + end + name.Length + 2;
        return after < rest.Length && rest[after] == '>' ? after + 1 : after;
    }

    // `[//]: # (a comment)` shows nothing.
    private static void NoteMarkdown(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        var at = 0;
        while (text[at..].IndexOf("]: ") is >= 0 and var found)
        {
            var mark = at + found;
            var start = text[..mark].LastIndexOf('\n') + 1;
            var end = text[mark..].IndexOf('\n');
            end = end < 0 ? text.Length : mark + end;
            var after = text[(mark + 3)..end];
            if (
                text[start] == '['
                && (
                    after.StartsWith("# (")
                    || after.StartsWith("# \"")
                    || after.StartsWith("<> (")
                    || after.StartsWith("<> \"")
                )
            )
            {
                hidden.Add(HiddenForms.Comment, view, start, end);
            }

            at = end;
        }
    }
}
