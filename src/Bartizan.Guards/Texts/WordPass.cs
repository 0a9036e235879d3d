using System.Buffers;
using System.Numerics;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Words in disguise: spelled with digits and signs (<c>1gn0r3</c>), or letter by letter with gaps (<c>i g n o r e</c>). The view has
/// the words that they spell, if enough of them are words.
/// </summary>
internal static class WordPass
{
    /// <summary>Known words among the disguised ones that make all of them words, where one of them is a word of orders.</summary>
    private const int LeastKnown = 2;

    /// <summary>Words with digits among their letters that make a text one that is written so, where as many of them are known.</summary>
    private const int ManyDisguised = 5;

    /// <summary>The longest word that is written in digits alone; a longer number is a number.</summary>
    private const int MaxNumberWord = 4;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789");

    private static readonly SearchValues<char> _signs = SearchValues.Create("0123456789@$!|+");

    // What stands in words, and as what: a mark may also stand after one.
    private const byte Letter = 1;
    private const byte Sign = 2;
    private const byte Mark = 4;

    private static readonly byte[] _inWord =
    [
        .. Enumerable
            .Range(0, 128)
            .Select(c =>
                char.IsAsciiLetter((char)c) ? Letter
                : c is '!' or '+' ? Mark
                : _signs.Contains((char)c) ? Sign
                : (byte)0
            ),
    ];

    /// <summary>The view without disguise; null when there is none.</summary>
    public static TextView? Of(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        var leet = IsLeet(text, masks);
        var spaced = SpacedPass.Next(text, masks, 0);
        if (!leet && spaced.Length == 0)
        {
            return null;
        }

        var built = new ViewBuilder(text.Length);
        Span<char> plain = stackalloc char[TextLimits.MaxWord];
        var at = 0;
        while (at < text.Length)
        {
            var sign = leet ? NextSign(masks, at, text.Length) : text.Length;
            if (spaced.Length > 0 && spaced.Start <= sign)
            {
                built.Copy(text[at..spaced.Start], at);
                SpacedPass.Write(text, spaced, built);
                hidden.Add(HiddenForms.Spaced, view, spaced.Start, spaced.Start + spaced.Length);
                at = spaced.Start + spaced.Length;
                spaced = SpacedPass.Next(text, masks, at);
                continue;
            }

            if (sign == text.Length)
            {
                break;
            }

            var (start, end, kinds) = WordAt(text, sign, at);
            built.Copy(text[at..start], at);
            if (IsDisguised(text[start..end], kinds) || IsNumberWord(text, start, end))
            {
                var length = Unfold(text[start..end], plain);
                KeepMail(text, start, end, plain[..length]);
                built.Write(plain[..length], start, end - start);
                hidden.Add(HiddenForms.Leet, view, start, end);
            }
            else
            {
                built.Copy(text[start..end], start);
            }

            at = end;
            if (spaced.Length > 0 && spaced.Start < at)
            {
                spaced = SpacedPass.Next(text, masks, at);
            }
        }

        built.Copy(text[at..], at);
        return built.Done(Coding.Words, view);
    }

    // The first sign from a place on that may stand for a letter, or the end of the text.
    private static int NextSign(CharMasks masks, int from, int end)
    {
        var skipped = ~0UL << (from % CharMasks.Width);
        for (var block = from / CharMasks.Width; block < masks.Blocks; block++, skipped = ~0UL)
        {
            var signs = SignsOf(masks, block) & skipped;
            if (signs != 0)
            {
                return (block * CharMasks.Width) + BitOperations.TrailingZeroCount(signs);
            }
        }

        return end;
    }

    // A handful of known words in disguise, one of orders among them. Codes and versions spell none. A word is one where a letter and a
    // sign stand side by side.
    private static bool IsLeet(ReadOnlySpan<char> text, CharMasks masks)
    {
        var (at, known, orders, disguised) = (0, 0, 0, 0);
        for (var block = 0; block < masks.Blocks; block++)
        {
            var first = block * CharMasks.Width;
            for (var mixed = From(MixedOf(masks, block), at - first); mixed != 0; mixed = From(mixed, at - first))
            {
                var found = first + BitOperations.TrailingZeroCount(mixed);
                (var start, at, var kinds) = WordAt(text, found, at);
                var word = text[start..at];
                if (!IsDisguised(word, kinds))
                {
                    continue;
                }

                disguised++;
                var (isKnown, isOrder) = Spells(word);
                known += isKnown ? 1 : 0;
                orders += isOrder ? 1 : 0;
                if (known >= LeastKnown && (orders > 0 || disguised >= ManyDisguised))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Places of a stretch from one on.
    private static ulong From(ulong places, int place) =>
        place <= 0 ? places
        : place >= CharMasks.Width ? 0
        : places & (~0UL << place);

    // Where a letter and a sign stand side by side: no other word is in disguise.
    private static ulong MixedOf(CharMasks masks, int block)
    {
        var (letters, nextLetters) = (masks.Of(CharKind.AsciiLetter, block), masks.Of(CharKind.AsciiLetter, block + 1));
        var (signs, nextSigns) = (SignsOf(masks, block), SignsOf(masks, block + 1));
        return (letters & CharMasks.Joined(signs, nextSigns, 1)) | (signs & CharMasks.Joined(letters, nextLetters, 1));
    }

    private static ulong SignsOf(CharMasks masks, int block) =>
        masks.Of(CharKind.Digit, block) | masks.Of(CharKind.LetterSign, block);

    // Along the tree of words, a one as an i and, if that is no word, as an l. What spells none is left after a letter or two.
    private static (bool IsKnown, bool IsOrder) Spells(ReadOnlySpan<char> word)
    {
        word = word.TrimEnd("!+");
        var node = Walk(word, 'i', out var one);
        node = node == 0 && one ? Walk(word, 'l', out _) : node;
        return node == 0 ? default : (word.Length > 2, Vocabulary.IsOrder(node));
    }

    private static int Walk(ReadOnlySpan<char> word, char one, out bool hasOne)
    {
        var node = 0;
        hasOne = false;
        foreach (var c in word)
        {
            hasOne |= c is '1' or '!';
            node = Vocabulary.Step(node, c is '1' or '!' ? one : Letters.Leet(c));
            if (node == 0)
            {
                // A one further on makes no difference to what leaves the tree here.
                return 0;
            }
        }

        return Vocabulary.IsWord(node) ? node : 0;
    }

    // The word around a sign, and what stands in it.
    private static (int Start, int End, int Kinds) WordAt(ReadOnlySpan<char> text, int sign, int least)
    {
        var (start, end, kinds) = (sign, sign + 1, KindOf(text[sign]));
        while (start > least && KindOf(text[start - 1]) is not 0 and var kind)
        {
            kinds |= kind;
            start--;
        }

        while (end < text.Length && KindOf(text[end]) is not 0 and var kind)
        {
            kinds |= kind;
            end++;
        }

        return (start, end, kinds);
    }

    private static int KindOf(char c) => c < 128 ? _inWord[c] : 0;

    // A number is a number, and a word before an exclamation mark is no disguise.
    private static bool IsDisguised(ReadOnlySpan<char> word, int kinds) =>
        word.Length is >= 2 and <= TextLimits.MaxWord
        && (kinds & Letter) != 0
        && ((kinds & Sign) != 0 || ((kinds & Mark) != 0 && word.TrimEnd("!+").ContainsAny('!', '+')));

    // Where words are spelled with digits, 70 is `to`, 1 is `I`, 411 `all` and '5 an `s`: all of whose letters are digits.
    private static bool IsNumberWord(ReadOnlySpan<char> text, int start, int end)
    {
        var word = text[start..end];
        if (word.Length > MaxNumberWord || word.ContainsAnyExcept(_digits))
        {
            return false;
        }

        if (word.Length == 1)
        {
            var isEnd = start > 1 && text[start - 1] is '\'' or '\u2019' && char.IsAsciiLetterOrDigit(text[start - 2]);
            return isEnd ? word[0] is '5' or '7' : word[0] is '1' or '4';
        }

        var node = Walk(word, 'i', out var one);
        return (node == 0 && one ? Walk(word, 'l', out _) : node) != 0;
    }

    // The sign within a mail address stands for itself.
    private static void KeepMail(ReadOnlySpan<char> text, int start, int end, Span<char> plain)
    {
        if (end + 1 >= text.Length || text[end] != '.' || !char.IsAsciiLetterOrDigit(text[end + 1]))
        {
            return;
        }

        var sign = text[start..end].IndexOf('@');
        if (sign > 0)
        {
            plain[sign] = '@';
        }
    }

    // Writes what a word in disguise spells; the marks after it are none of it.
    private static int Unfold(ReadOnlySpan<char> word, Span<char> plain)
    {
        var (one, length) = (false, word.Length);
        while (word[length - 1] is '!' or '+')
        {
            length--;
        }

        for (var at = 0; at < length; at++)
        {
            plain[at] = Letters.Leet(word[at]);
            one |= word[at] is '1' or '!';
        }

        // A one is an i or an l; it is an l where that makes a word.
        if (one && !Vocabulary.IsWord(plain, length) && Walk(word[..length], 'l', out _) != 0)
        {
            for (var at = 0; at < length; at++)
            {
                plain[at] = word[at] is '1' or '!' ? 'l' : plain[at];
            }
        }

        return length;
    }
}
