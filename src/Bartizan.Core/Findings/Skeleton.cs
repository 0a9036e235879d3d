using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Bartizan.Core.Findings;

/// <summary>
/// What a text looks like: look-alike letters as the Latin ones that they are taken for, compatibility forms as what they stand for,
/// without what isn't seen. A choice of what attacks use, not all of UTS #39.
/// </summary>
internal static class Skeleton
{
    private const string Looks =
        "аaсcеeоoрpхxуyіiјjѕsһhԁdԛqԝwӏlкkАAВBЕEЗ3МMНHОOРPСCТTУYХXЅSІIЈJ"
        + "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaιiκkνvοoρpυuχxγyϲcϳj"
        + "օoսuոnհhցgԱUՍUՕOıiɡgɑaɩiʟLʏYѵv";

    private static readonly FrozenDictionary<char, char> _latin = Enumerable
        .Range(0, Looks.Length / 2)
        .ToFrozenDictionary(i => Looks[2 * i], i => Looks[(2 * i) + 1]);

    /// <summary>The text as it looks, in lower case.</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.IsNormalized(NormalizationForm.FormKC) ? text : text.Normalize(NormalizationForm.FormKC))
        {
            var kind = CharUnicodeInfo.GetUnicodeCategory(c);
            if (kind is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.Surrogate)
            {
                continue;
            }

            plain.Append(char.ToLowerInvariant(_latin.GetValueOrDefault(c, c)));
        }

        return plain.ToString();
    }

    /// <summary>True for a letter that is taken for a Latin one.</summary>
    public static bool IsLookAlike(char letter) => _latin.ContainsKey(letter);
}
