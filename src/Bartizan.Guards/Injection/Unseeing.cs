using System.Text;
using Bartizan.Core.Findings;

namespace Bartizan.Guards.Injection;

/// <summary>Takes out of a text the characters that nobody sees, and leaves those that scripts and emoji need.</summary>
internal static class Unseeing
{
    public static string Of(string text)
    {
        var kept = new StringBuilder(text.Length);
        var before = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var unseen = LetterForms.UnseenOf(rune.Value);
            var stays = unseen switch
            {
                Unseen.None or Unseen.PrivateUse => true,
                Unseen.Joiner => before >= 0x80,
                Unseen.Selector => rune.IsBmp && LetterForms.UnseenOf(before) != Unseen.Selector,
                Unseen.ZeroWidth => rune.Value is 0x200E or 0x200F or 0x061C && before >= 0x80,
                _ => false,
            };
            before = rune.Value;
            if (stays)
            {
                kept.Append(rune);
            }
        }

        return kept.ToString();
    }
}
