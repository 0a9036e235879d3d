using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive.Names;

/// <summary>
/// Finds names of people in Latin letters: words that begin with a capital, by a gazetteer, titles, and what stands before them. How
/// sure it is says what it went by: below 0.75 it is a guess.
/// </summary>
internal static class NameScan
{
    /// <summary>Words of one name.</summary>
    private const int MaxWords = 6;

    /// <summary>A name with nothing around it, both of whose words are known.</summary>
    private const double BothKnown = 0.75;

    /// <summary>A known name where a label or a greeting says that one comes.</summary>
    private const double Labelled = 0.85;

    /// <summary>Any words with a capital where only a name can come.</summary>
    private const double ByContext = 0.8;

    /// <summary>A known first name before a word that isn't known.</summary>
    private const double FirstKnown = 0.6;

    /// <summary>Words that are names, and words or places as well.</summary>
    private const double Doubtful = 0.5;

    /// <summary>Adds the names of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        Span<Word> words = stackalloc Word[MaxWords];
        for (
            var at = masks.NextBegin(CharKind.Capital, 0);
            at >= 0 && !found.IsFull("personal_data");
            at = masks.NextBegin(CharKind.Capital, at)
        )
        {
            if (
                at > 0
                && (char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '/' or '.' or '@' or '\\' or '#')
            )
            {
                at++;
                continue;
            }

            var count = Read(text, masks, at, words);
            if (count == 0)
            {
                at++;
                continue;
            }

            // Most words with a capital are none of a name, and nothing before them says so.
            var isNone = count == 1 && words[0].Use == NameUse.None && !NameContexts.MayBe(text, at);
            at = isNone ? words[0].End : Math.Max(Judge(view, text, words[..count], found), at + 1);
        }
    }

    // Words with a capital that only gaps part, with what may stand between them: an initial, a small word, a full stop of a title.
    private static int Read(ReadOnlySpan<char> text, CharMasks masks, int at, Span<Word> words)
    {
        var count = 0;
        while (count < words.Length && at < text.Length && char.IsLetter(text[at]))
        {
            var end = EndOf(text, masks, at, out var isJoined);
            if (end - at > Gazetteer.MaxWord)
            {
                break;
            }

            var use = UseOf(text, masks, at, end, isJoined);
            var isCapital = char.IsUpper(text[at]);
            if (!isCapital && (count == 0 || (use & (NameUse.Particle | NameUse.Title)) == NameUse.None))
            {
                break;
            }

            words[count++] = new Word(at, end, isCapital ? use : use & (NameUse.Particle | NameUse.Title), isCapital);
            var isShort = end - at == 1 || (use & NameUse.Title) != NameUse.None;
            at = isShort && end < text.Length && text[end] == '.' ? end + 1 : end;
            if (at + 1 >= text.Length || text[at] != ' ')
            {
                break;
            }

            at++;
        }

        // A small word isn't the end of a name.
        while (count > 0 && !words[count - 1].IsCapital)
        {
            count--;
        }

        return count;
    }

    // Jean-Luc is what Jean is.
    private static NameUse UseOf(ReadOnlySpan<char> text, CharMasks masks, int at, int end, bool isJoined)
    {
        var use = Gazetteer.Of(text, masks, at, end - at);
        var part = isJoined && use == NameUse.None ? text[at..end].IndexOf('-') : -1;
        return part > 0 ? Gazetteer.Of(text, masks, at, part) & NameUse.First : use;
    }

    private static int EndOf(ReadOnlySpan<char> text, CharMasks masks, int at, out bool isJoined)
    {
        isJoined = false;

        // INVARIANT: one letter more than a word may have says that it is none: each place of a long run would go to its end.
        var (end, most) = (at + 1, Math.Min(text.Length, at + Gazetteer.MaxWord + 1));
        while (true)
        {
            end = Math.Min(most, end + masks.Run(CharKind.Letter, end));
            if (end == most || !IsWithin(text, end))
            {
                return end;
            }

            isJoined = true;
            end++;
        }
    }

    // A sign between two letters of one word; not that of a genitive.
    private static bool IsWithin(ReadOnlySpan<char> text, int at) =>
        text[at] is '\'' or '\u2019' or '-'
        && at + 1 < text.Length
        && char.IsLetter(text[at + 1])
        && !(text[at] != '-' && (text[at + 1] | 0x20) == 's');

    /// <summary>Says which of the words are a name; returns where to go on.</summary>
    private static int Judge(TextView view, ReadOnlySpan<char> text, ReadOnlySpan<Word> words, FoundList found)
    {
        var first = 0;
        while (first < words.Length && words[first].Is(NameUse.Title))
        {
            first++;
        }

        var last = words[^1].End;
        if (first == words.Length)
        {
            return last;
        }

        var (isTitled, context) = (first > 0, NameContext.None);
        if (!isTitled)
        {
            first = FirstOf(words);
            context =
                first == 0 || NameContexts.MayBe(text, words[0].Start)
                    ? NameContexts.Before(text, words[0].Start)
                    : NameContext.None;
            first = context == NameContext.Sure ? 0 : first;
        }

        if (first < 0)
        {
            return Turned(view, text, words, found) ?? last;
        }

        // "Dear Anna Smith": the greeting is a word with a capital itself.
        context = context == NameContext.None && first > 0 ? NameContexts.Before(text, words[first].Start) : context;
        var end = EndOfName(words, first);
        var name = words[first..end];
        if (SureOf(name, isTitled, context, end < words.Length ? words[end].Use : NameUse.None) is var sure and > 0)
        {
            found.Add(
                "personal_data",
                "person-name",
                view,
                name[0].Start,
                name[^1].End - name[0].Start,
                FindingSeverity.Low,
                sure
            );
        }

        return name[^1].End;
    }

    private static int FirstOf(ReadOnlySpan<Word> words)
    {
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at].Is(NameUse.First | NameUse.FirstOrWord))
            {
                return at;
            }
        }

        return -1;
    }

    // First names, initials and small words, then one surname.
    private static int EndOfName(ReadOnlySpan<Word> words, int first)
    {
        var at = first + 1;
        while (
            at < words.Length
            && (
                words[at].End - words[at].Start == 1
                || words[at].Is(NameUse.Particle)
                || words[at].Is(NameUse.First | NameUse.FirstOrWord)
            )
        )
        {
            at++;
        }

        return at < words.Length && !words[at].Is(NameUse.Thing) ? at + 1 : at;
    }

    private static double SureOf(ReadOnlySpan<Word> name, bool isTitled, NameContext context, NameUse after)
    {
        var (first, last) = (name[0].Use, name[^1].Use);
        var isAlone = name.Length == 1;
        if (Is(after, NameUse.Thing) && !isTitled)
        {
            return 0;
        }

        if (isTitled || context == NameContext.Sure)
        {
            return Is(first, NameUse.Thing) ? 0
                : Is(first, NameUse.First) ? Labelled
                : ByContext;
        }

        if (context == NameContext.Likely)
        {
            return Is(first, NameUse.First) ? Labelled
                : isAlone ? 0
                : Is(last, NameUse.Last) ? ByContext
                : Doubtful;
        }

        if (isAlone)
        {
            return 0;
        }

        var isFirst = Is(first, NameUse.First);
        return isFirst && Is(last, NameUse.Last | NameUse.LastOrWord) ? BothKnown
            : !isFirst && Is(last, NameUse.Last) ? BothKnown
            : isFirst ? FirstKnown
            : Doubtful;
    }

    // "Smith, Anna"
    private static int? Turned(TextView view, ReadOnlySpan<char> text, ReadOnlySpan<Word> words, FoundList found)
    {
        var last = words[^1];
        if (
            !last.Is(NameUse.Last)
            || last.End + 2 >= text.Length
            || text[last.End] != ','
            || text[last.End + 1] != ' '
            || !char.IsUpper(text[last.End + 2])
        )
        {
            return null;
        }

        var start = last.End + 2;
        var end = EndOf(text, view.Masks, start, out _);
        if ((Gazetteer.Of(text, view.Masks, start, end - start) & NameUse.First) == NameUse.None)
        {
            return null;
        }

        found.Add("personal_data", "person-name", view, last.Start, end - last.Start, FindingSeverity.Low, BothKnown);
        return end;
    }

    private static bool Is(NameUse use, NameUse any) => (use & any) != NameUse.None;

    private readonly record struct Word(int Start, int End, NameUse Use, bool IsCapital)
    {
        public bool Is(NameUse any) => (Use & any) != NameUse.None;
    }
}
