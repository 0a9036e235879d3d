using System.Text;

namespace Bartizan.Core.Findings;

/// <summary>Finds characters in a text that a person doesn't see and a model reads.</summary>
internal static class HiddenText
{
    /// <summary>Characters of hidden text that a finding repeats.</summary>
    private const int MaxRepeated = 80;

    /// <summary>Blank characters in a row that push what follows out of sight.</summary>
    private const int MaxBlank = 60;

    /// <summary>Invisible characters of one text that can't be a slip any more: they carry something.</summary>
    private const int ManyInvisible = 8;

    /// <summary>What is hidden in a text, the worst of it; null for nothing.</summary>
    public static Finding? Find(string place, string text)
    {
        var (tags, bidi, invisible, escapes, controls, blank, run) = (new StringBuilder(), 0, 0, 0, 0, 0, 0);
        var before = default(Rune);
        foreach (var rune in text.EnumerateRunes())
        {
            var value = rune.Value;
            run = Rune.IsWhiteSpace(rune) ? run + 1 : 0;
            blank = Math.Max(blank, run);
            switch (LetterForms.UnseenOf(value))
            {
                case Unseen.Tag:
                    tags.Append(value is >= 0xE0020 and < 0xE007F ? (char)(value - 0xE0000) : '?');
                    break;
                case Unseen.Selector when !rune.IsBmp || LetterForms.UnseenOf(before.Value) == Unseen.Selector:
                    tags.Append('?');
                    break;
                case Unseen.Bidi:
                    bidi++;
                    break;
                case Unseen.Escape:
                    escapes++;
                    break;
                case Unseen.Control:
                    controls++;
                    break;
                // Emoji and some scripts need joiners; between plain letters they hide something.
                case Unseen.Joiner when before.IsAscii:
                case Unseen.ZeroWidth or Unseen.SoftHyphen or Unseen.Filler or Unseen.PrivateUse:
                    invisible++;
                    break;
                default:
                    break;
            }

            before = rune;
        }

        return tags.Length > 0
                ? Made(
                    "hidden-tags",
                    FindingSeverity.High,
                    0.95,
                    place,
                    $"characters that nobody sees spell `{Repeated(tags)}`"
                )
            : bidi > 0
                ? Made(
                    "hidden-bidi",
                    FindingSeverity.High,
                    0.9,
                    place,
                    "characters turn the text around, so that it reads otherwise than it is"
                )
            : escapes > 0
                ? Made(
                    "hidden-escape",
                    FindingSeverity.High,
                    0.9,
                    place,
                    "escape sequences of terminals stand in the text"
                )
            : invisible >= ManyInvisible
                ? Made("hidden-invisible", FindingSeverity.High, 0.8, place, $"{invisible} characters are invisible")
            : invisible > 0
                ? Made("hidden-invisible", FindingSeverity.Medium, 0.8, place, $"{invisible} characters are invisible")
            : controls > 0
                ? Made("hidden-control", FindingSeverity.Medium, 0.8, place, "control characters stand in the text")
            : blank >= MaxBlank
                ? Made(
                    "hidden-blank",
                    FindingSeverity.Medium,
                    0.6,
                    place,
                    "a long run of blanks pushes what follows out of sight"
                )
            : null;
    }

    private static string Repeated(StringBuilder text) =>
        Approvals.ShownText.Of(text.ToString(0, Math.Min(text.Length, MaxRepeated)));

    private static Finding Made(string code, FindingSeverity severity, double confidence, string place, string says) =>
        new(code, severity, confidence, place, says);
}
