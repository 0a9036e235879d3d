using System.Globalization;
using System.Text;

namespace Bartizan.Console.Texts;

/// <summary>
/// Text from outside, as a person is shown it. INVARIANT: everything that an agent wrote goes through here before it is put on a page.
/// What nobody sees, what turns or stacks text, and what could push other text out of sight stands as <c>\u{202e}</c>. That it can't become
/// markup is not this class's work: Razor encodes what it is given, and the browser's modules set text, never markup.
/// </summary>
public static class VisibleText
{
    /// <summary>Characters of one text in a list; the page of the thing itself shows more.</summary>
    public const int MaxInList = 300;

    /// <summary>Characters of one text anywhere.</summary>
    public const int MaxShown = 64 * 1024;

    // More in a row could push what follows out of sight.
    private const int MaxSpaces = 8;

    // Letters of living scripts carry two or three; a pile of them covers the lines around.
    private const int MaxMarks = 3;

    // Letters and marks by their category, and yet nothing is drawn: fillers, blanks, joiners, selectors.
    private const string Unseen = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc";

    /// <summary>The text for a place of its own.</summary>
    public static string Of(string? text) => Shown(text ?? "", MaxShown);

    /// <summary>The text for a list: of a long one its beginning, and how much is left out.</summary>
    public static string Brief(string? text) => Shown(text ?? "", MaxInList);

    /// <summary>
    /// JSON whose texts say the same and hide nothing: what nobody sees is written as JSON writes it, <c>\u202e</c>. Outside of its texts
    /// JSON has no such characters.
    /// </summary>
    public static string Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var shown = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' or '\t' || !(IsUnseen(rune) || IsMark(rune)))
            {
                shown.Append(rune.ToString());
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return shown.ToString();
    }

    private static string Shown(string text, int most)
    {
        var shown = new StringBuilder(Math.Min(text.Length, most));
        var (spaces, marks, at) = (0, 0, 0);
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, most)).EnumerateRunes())
        {
            at += rune.Utf16SequenceLength;
            spaces = rune.Value == ' ' ? spaces + 1 : 0;
            marks = IsMark(rune) ? marks + 1 : 0;
            if (spaces > MaxSpaces || marks > MaxMarks || IsUnseen(rune))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }

        if (text.Length > at)
        {
            shown.Append(CultureInfo.InvariantCulture, $" …[{text.Length - at} more characters]");
        }

        return shown.ToString();
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static bool IsUnseen(Rune rune) =>
        rune.Value is >= 0xfe00 and <= 0xfe0f or >= 0xe0000 and <= 0xe0fff or >= 0x180b and <= 0x180f
        || (rune.IsBmp && Unseen.Contains((char)rune.Value, StringComparison.Ordinal))
        || Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate
            or UnicodeCategory.OtherNotAssigned => true,
            UnicodeCategory.SpaceSeparator => rune.Value != ' ',
            _ => false,
        };
}
