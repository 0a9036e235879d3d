using System.Text;

namespace Bartizan.Sandbox.Views;

/// <summary>Makes agent-chosen text safe to print: nothing in it can move a cursor, hide or reorder what is shown.</summary>
public static class Visible
{
    /// <summary>The text with control, format and surrogate characters and the backslash written as escapes.</summary>
    public static string Text(string text) => Escape(text, keepTabs: false);

    /// <summary>The same for a line of a file: tabs and backslashes stay, since they can do no harm there.</summary>
    public static string Line(string text) => Escape(text, keepTabs: true);

    private static string Escape(string text, bool keepTabs)
    {
        StringBuilder? escaped = null;
        var index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.Utf16SequenceLength;
            if (Harmless(rune, keepTabs))
            {
                escaped?.Append(text, index, length);
            }
            else
            {
                escaped ??= new StringBuilder(text, 0, index, text.Length + 16);
                escaped.Append(Written(rune));
            }

            index += length;
        }

        return escaped?.ToString() ?? text;
    }

    private static bool Harmless(Rune rune, bool keepTabs) =>
        rune.Value switch
        {
            '\t' or '\\' => keepTabs,
            0xFFFD => true,
            >= 0x20 and < 0x7F => true,
            _ => Rune.GetUnicodeCategory(rune)
                is not (
                    System.Globalization.UnicodeCategory.Control
                    or System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator
                    or System.Globalization.UnicodeCategory.ParagraphSeparator
                    or System.Globalization.UnicodeCategory.PrivateUse
                    or System.Globalization.UnicodeCategory.OtherNotAssigned
                ),
        };

    private static string Written(Rune rune) =>
        rune.Value switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\\' => "\\\\",
            < 0x100 => $"\\x{rune.Value:x2}",
            _ => $"\\u{{{rune.Value:x}}}",
        };
}
