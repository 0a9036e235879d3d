using System.Buffers;
using System.Globalization;
using System.Text;
using Bartizan.Core.Findings;

namespace Bartizan.Guards.Texts;

/// <summary>
/// The first step: the text as it is read. Forms become what they are forms of, look-alikes within Latin words the letters that they
/// are taken for, and what isn't seen goes; what it spells becomes a view of its own.
/// </summary>
internal sealed class PlainPass
{
    /// <summary>The longest sequence that turns a flag emoji into that of a region.</summary>
    private const int MaxFlagTags = 6;

    /// <summary>Characters that are looked at one by one before it goes by leaps.</summary>
    private const int Near = 8;

    private static readonly SearchValues<char> _plain = SearchValues.Create(
        "\t\n\r" + string.Concat(Enumerable.Range(' ', 95).Select(c => (char)c))
    );

    private static readonly SearchValues<char> _lookAlikes = SearchValues.Create(LetterForms.LookAlikes);

    private readonly ReadOnlyMemory<char> _original;
    private readonly TextView? _parent;
    private readonly HiddenPlaces _hidden;
    private ViewBuilder? _view;
    private ViewBuilder? _unseen;

    private PlainPass(ReadOnlyMemory<char> original, TextView? parent, HiddenPlaces hidden)
    {
        _original = original;
        _parent = parent;
        _hidden = hidden;
    }

    /// <summary>The plain view, and what unseen characters spell; null when they spell nothing.</summary>
    public static (TextView Plain, TextView? Unseen) Of(ReadOnlyMemory<char> original, HiddenPlaces hidden)
    {
        var at = original.Span.IndexOfAnyExcept(_plain);
        return at < 0
            ? (new TextView(original, Coding.Plain, null, null, 0), null)
            : new PlainPass(original, null, hidden).Run(at);
    }

    /// <summary>The same of a view that was decoded; itself when it is plain already.</summary>
    public static (TextView Plain, TextView? Unseen) Of(TextView view, HiddenPlaces hidden)
    {
        var at = view.Text.Span.IndexOfAnyExcept(_plain);
        return at < 0 ? (view, null) : new PlainPass(view.Text, view, hidden).Run(at);
    }

    private (TextView Plain, TextView? Unseen) Run(int at)
    {
        var text = _original.Span;
        _view = new ViewBuilder(text.Length);
        _view.Copy(text[..at], 0);
        var before = at > 0 ? text[at - 1] : 0;
        while (at < text.Length)
        {
            var from = at;
            var c = text[at];
            switch (PlainWays.Of(c))
            {
                case PlainWay.Kept:
                    at = SkipKept(text, at);
                    _view.Copy(text[from..at], from);
                    before = text[at - 1];
                    continue;
                case PlainWay.Form:
                    at = SkipAll(text, at, PlainWay.Form);
                    _hidden.Add(HiddenForms.Forms, _parent, from, at);
                    _view.Fold(text[from..at], from);
                    break;
                case PlainWay.Other:
                    at = SkipAll(text, at, PlainWay.Other);
                    _view.Fold(text[from..at], from);
                    break;
                case PlainWay.Unseen:
                    at = SkipAll(text, at, PlainWay.Unseen);
                    _hidden.Add(HiddenForms.ZeroWidth, _parent, from, at);
                    break;
                default:
                    before = TakeRune(text, before, ref at);
                    continue;
            }

            before = text[at - 1];
        }

        FoldLookAlikes();
        var plain = _view.Done(_parent?.Coding ?? Coding.Plain, _parent);
        return (plain, _unseen?.Done(Coding.Unseen, _parent));
    }

    private static int SkipAll(ReadOnlySpan<char> text, int at, PlainWay way)
    {
        do
        {
            at++;
        } while (at < text.Length && PlainWays.Of(text[at]) == way);

        return at;
    }

    private int TakeRune(ReadOnlySpan<char> text, int before, ref int at)
    {
        if (Rune.DecodeFromUtf16(text[at..], out var rune, out var length) != OperationStatus.Done)
        {
            _hidden.Add(HiddenForms.Broken, _parent, at, at + length);
            _view!.Write('\uFFFD', at, length);
            at += length;
            return 0xFFFD;
        }

        at += Take(rune, before, at, length);
        return rune.Value;
    }

    // Plain ASCII by leaps where there is much of it, other alphabets' letters one by one.
    private static int SkipKept(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length)
        {
            var near = Math.Min(text.Length, at + Near);
            while (at < near && PlainWays.Of(text[at]) == PlainWay.Kept)
            {
                at++;
            }

            if (at < near)
            {
                return at;
            }

            var run = text[at..].IndexOfAnyExcept(_plain);
            at = run < 0 ? text.Length : at + run;
            if (at < text.Length && PlainWays.Of(text[at]) != PlainWay.Kept)
            {
                return at;
            }
        }

        return at;
    }

    /// <summary>Takes one character that isn't plain ASCII; returns how far it reached.</summary>
    private int Take(Rune rune, int before, int at, int length)
    {
        var unseen = LetterForms.UnseenOf(rune.Value);
        if (unseen != Unseen.None)
        {
            return Hide(unseen, rune.Value, before, at, length);
        }

        if (LetterForms.PlainOf(rune.Value) is { } form && form.Length <= TextLimits.MaxForm)
        {
            if (rune.Value >= 0x1D00 && form.All(char.IsAsciiLetterOrDigit))
            {
                // Super- and subscripts, enclosed, mathematical, full width: forms of what a keyboard has.
                _hidden.Add(HiddenForms.Forms, _parent, at, at + length);
            }

            _view!.Write(form, at, length);
            return length;
        }

        var category = Rune.GetUnicodeCategory(rune);
        if (
            category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            && _view!.Length > 0
            && (char.IsAsciiLetterOrDigit(_view.Written[^1]) || _lookAlikes.Contains(_view.Written[^1]))
        )
        {
            return length;
        }

        if (category is UnicodeCategory.SpaceSeparator)
        {
            _view!.Write(' ', at, length);
        }
        else if (category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        {
            _view!.Write('\n', at, length);
        }
        else
        {
            _view!.Copy(_original.Span.Slice(at, length), at);
        }

        return length;
    }

    private int Hide(Unseen unseen, int value, int before, int at, int length)
    {
        switch (unseen)
        {
            case Unseen.Tag:
                return HideTags(before, at);
            case Unseen.Selector:
                return HideSelectors(value, before, at, length);
            case Unseen.Escape:
                return HideEscape(at);
            case Unseen.Joiner when before is 0 or >= 0x80:
            case Unseen.PrivateUse:
            case Unseen.ZeroWidth when value == 0xFEFF && at == 0:
            case Unseen.ZeroWidth when value is 0x200E or 0x200F or 0x061C && before is 0 or >= 0x80:
                // Scripts and emoji that need it; a mark of byte order.
                return length;
            case Unseen.Filler:
                _hidden.Add(HiddenForms.ZeroWidth, _parent, at, at + length);
                return length;
        }

        var form = unseen switch
        {
            Unseen.Bidi => HiddenForms.Bidi,
            Unseen.SoftHyphen => HiddenForms.SoftHyphen,
            Unseen.Control => HiddenForms.Control,
            _ => HiddenForms.ZeroWidth,
        };
        _hidden.Add(form, _parent, at, at + length);
        if (value is 0x0B or 0x0C or 0x85)
        {
            // They end a line for some readers.
            _view!.Write('\n', at, length);
        }

        return length;
    }

    private int HideTags(int before, int at)
    {
        var text = _original.Span;
        var from = at;
        while (at + 1 < text.Length && text[at] == '\uDB40' && text[at + 1] is >= '\uDC00' and <= '\uDC7F')
        {
            at += 2;
        }

        if (before == 0x1F3F4 && at - from <= 2 * (MaxFlagTags + 1))
        {
            return at - from;
        }

        _hidden.Add(HiddenForms.Tags, _parent, from, at);
        _unseen ??= new ViewBuilder(at - from);
        for (var one = from; one < at; one += 2)
        {
            var letter = text[one + 1] - '\uDC00';
            if (letter is >= ' ' and < 0x7F)
            {
                _unseen.Write((char)letter, one, 2);
            }
        }

        _unseen.Write('\n', at - 2, 2);
        return at - from;
    }

    // Sneaky selectors: 256 of them, one for each byte.
    private int HideSelectors(int value, int before, int at, int length)
    {
        var text = _original.Span;
        var (from, bytes, first) = (at, new List<byte>(), value);
        while (at < text.Length)
        {
            if (text[at] is >= '\uFE00' and <= '\uFE0F')
            {
                bytes.Add((byte)(text[at] - '\uFE00'));
                at++;
            }
            else if (at + 1 < text.Length && text[at] == '\uDB40' && text[at + 1] is >= '\uDD00' and <= '\uDDEF')
            {
                bytes.Add((byte)(text[at + 1] - '\uDD00' + 16));
                at += 2;
            }
            else
            {
                break;
            }
        }

        if (bytes.Count == 1 && first <= char.MaxValue && before is not 0 and not (>= 'a' and <= 'z'))
        {
            return length;
        }

        _hidden.Add(HiddenForms.Selectors, _parent, from, at);
        _unseen ??= new ViewBuilder(bytes.Count);
        _unseen.Write(Encoding.UTF8.GetString([.. bytes]), from, at - from);
        return at - from;
    }

    // A terminal's sequence goes as a whole: its letters aren't seen either.
    private int HideEscape(int at)
    {
        var text = _original.Span;
        var end = at + 1;
        if (end < text.Length && text[end] == '[')
        {
            end++;
            while (end < text.Length && text[end] is >= ' ' and <= '?')
            {
                end++;
            }

            end += end < text.Length && text[end] is >= '@' and <= '~' ? 1 : 0;
        }

        _hidden.Add(HiddenForms.Escape, _parent, at, end);
        return end - at;
    }

    // Only in words that are Latin otherwise, or that look wholly Latin: other alphabets' own words stay as they are.
    private void FoldLookAlikes()
    {
        var text = _view!.Written;
        TextView? view = null;
        var at = 0;
        while (text[at..].IndexOfAny(_lookAlikes) is >= 0 and var found)
        {
            var start = at + found;
            while (start > at && char.IsLetterOrDigit(text[start - 1]))
            {
                start--;
            }

            var end = at + found;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }

            var (latin, other) = (false, false);
            foreach (var c in text[start..end])
            {
                latin |= char.IsAsciiLetter(c);
                other |= c >= 0x80 && PlainWays.LatinOf(c) == c;
            }

            if (latin || !other)
            {
                for (var one = start; one < end; one++)
                {
                    text[one] = PlainWays.LatinOf(text[one]);
                }

                if (latin)
                {
                    view ??= _view.ToView(Coding.Plain, _parent);
                    var (from, to) = view.ToOriginal(start, end - start);
                    _hidden.Add(HiddenForms.LookAlikes, null, from, to);
                }
            }

            at = end;
        }
    }
}
