using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Guards.Texts;

/// <summary>
/// A text, unfolded once for all guards: how it reads, what is hidden in it, and where all of it stands in the original.
/// <code>
/// original ─ plain ─ escapes ─ markup ─ words ─┬─ moved by thirteen in places, backwards
///            │ folded  %41 &amp;amp; \u0041   tags gone  1gn0r3   └─ Base64, Base32, hexadecimal, numbers ─ the same again, three deep
///            └─ what unseen characters spell
/// </code>
/// Use it so: <c>var views = TextViews.Of(text);</c> then look at <see cref="Plain"/>, and at every one of <see cref="All"/> for what
/// somebody may have wanted to hide; <see cref="TextView.ToOriginal"/> says where a find stands. Views beside the plain one exist only
/// where there is something to unfold: a clean ASCII text has one view, which is the text itself, without a copy.
/// </summary>
/// <remarks>
/// The cost is in proportion to the text, whatever it holds: <see cref="TextLimits"/> bounds depth, number and size of the views.
/// What the bounds leave out is said by <see cref="IsCut"/>, and whoever decides by the views takes that for a finding. Thread-safe
/// once made. Nothing here says whether a text is bad.
/// </remarks>
public sealed class TextViews
{
    private readonly HiddenPlaces _hidden = new();
    private readonly List<TextView> _views = [];
    private long _left;
    private int _tries = TextLimits.MaxBlobs;

    private TextViews(ReadOnlyMemory<char> original)
    {
        Original = original;
        _left = Math.Max(TextLimits.MinViewChars, (long)original.Length * TextLimits.MaxViewCharsPerChar);
        var (plain, unseen) = PlainPass.Of(original, _hidden);
        Plain = plain;
        _views.Add(plain);
        NoteBlank(original.Span);
        Unfold(plain);
        if (unseen is not null && Add(unseen))
        {
            Unfold(unseen);
        }

        All = [.. _views];
        HiddenSpans = _hidden.ToSpans();
    }

    /// <summary>The text as it came.</summary>
    public ReadOnlyMemory<char> Original { get; }

    /// <summary>The text as it is read: folded, and without what isn't seen. Case is kept.</summary>
    public TextView Plain { get; }

    /// <summary>All views, the plain one first.</summary>
    public ImmutableArray<TextView> All { get; }

    /// <summary>
    /// The view that says best what the text says: the last that was made by taking a disguise off all of it; the plain one where
    /// nothing was disguised. What was found in runs of it is not in it.
    /// </summary>
    public TextView Clearest { get; private set; } = null!;

    /// <summary>In which ways something is hidden.</summary>
    public HiddenForms Hidden => _hidden.Forms;

    /// <summary>Where something is hidden, in the order in which it was found; the first thousand places.</summary>
    public ImmutableArray<HiddenSpan> HiddenSpans { get; }

    /// <summary>True when the text holds more to unfold than is unfolded.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Unfolds a text.</summary>
    public static TextViews Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TextViews(text.AsMemory());
    }

    /// <summary>Unfolds a text that must not change as long as the views are used.</summary>
    public static TextViews Of(ReadOnlyMemory<char> text) => new(text);

    /// <summary>
    /// Unfolds UTF-8. What is no UTF-8 reads as U+FFFD and is noted as <see cref="HiddenForms.Broken"/>; offsets count UTF-16 code
    /// units of what was read.
    /// </summary>
    public static TextViews Of(ReadOnlySpan<byte> utf8)
    {
        var views = new TextViews(Encoding.UTF8.GetString(utf8).AsMemory());
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            views._hidden.Add(HiddenForms.Broken, null, 0, 0);
        }

        return views;
    }

    private void Unfold(TextView view)
    {
        for (var round = 0; round < TextLimits.MaxEscapeRounds; round++)
        {
            if (EscapePass.Of(view, _hidden) is not { } escaped)
            {
                break;
            }

            var (plain, unseen) = PlainPass.Of(escaped, _hidden);
            if (!Add(plain))
            {
                return;
            }

            view = plain;
            if (unseen is not null && Add(unseen))
            {
                Letters(unseen);
            }
        }

        if (MarkupPass.Of(view, _hidden) is { } marked)
        {
            if (!Add(marked))
            {
                return;
            }

            view = marked;
        }

        Letters(view);
    }

    private void Letters(TextView view)
    {
        if (WordPass.Of(view, _hidden) is { } words)
        {
            if (!Add(words))
            {
                return;
            }

            view = words;
        }

        var clear = view;
        if (MovedPass.Of(view, _hidden) is { } moved && Add(moved))
        {
            clear = moved;
        }

        if (LetterPass.Unreverse(view, _hidden) is { } forwards && Add(forwards))
        {
            clear = forwards;
        }

        Clearest ??= clear;
        if (view.Depth >= TextLimits.MaxDepth)
        {
            return;
        }

        // Words in disguise are put together from letters, and none of them is a code: those stand in the view before.
        var coded = view.Coding == Coding.Words ? view.Parent! : view;
        IsCut |= !BlobPass.Find(coded, _hidden, ref _tries, AddDecoded) || !NumberPass.Find(coded, _hidden, AddDecoded);
    }

    private bool AddDecoded(TextView blob)
    {
        var (plain, unseen) = PlainPass.Of(blob, _hidden);
        if (!Add(plain))
        {
            return false;
        }

        Unfold(plain);
        if (unseen is not null && Add(unseen))
        {
            Unfold(unseen);
        }

        return true;
    }

    private bool Add(TextView view)
    {
        _left -= view.Text.Length;
        if (_left < 0 || _views.Count >= TextLimits.MaxViews)
        {
            IsCut = true;
            Clearest ??= view.Parent ?? view;
            return false;
        }

        _views.Add(view);
        return true;
    }

    private void NoteBlank(ReadOnlySpan<char> text)
    {
        // By leaps: no run that long misses each of these places.
        for (var at = TextLimits.ManyBlank - 1; at < text.Length; at += TextLimits.ManyBlank)
        {
            if (!char.IsWhiteSpace(text[at]))
            {
                continue;
            }

            var (start, end) = (at, at + 1);
            while (start > 0 && at - start < TextLimits.ManyBlank && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (end < text.Length && end - start < 2 * TextLimits.ManyBlank && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (end - start >= TextLimits.ManyBlank && end < text.Length)
            {
                _hidden.Add(HiddenForms.Blank, null, start, end);
            }
        }
    }
}
