using System.Collections.Frozen;
using System.Globalization;

namespace Bartizan.Core.Findings;

/// <summary>
/// What a character stands for: compatibility forms as what they are forms of (as NFKC has it), Latin letters without their marks,
/// look-alikes of other alphabets as the Latin letters that they are taken for, and which characters aren't seen at all.
/// </summary>
/// <remarks>
/// The forms come from the decompositions of Unicode 14 and stand in a table of our own: this program runs without ICU, and then
/// <see cref="string.Normalize()"/> knows none. Hangul and CJK ideographs are left as they are. The look-alikes are a choice of what
/// attacks use, not all of UTS #39.
/// </remarks>
public static class LetterForms
{
    private const string Looks =
        "аaсcеeоoрpхxуyіiјjѕsһhԁdԛqԝwӏlкkАAВBЕEЗ3МMНHОOРPСCТTУYХXЅSІIЈJ"
        + "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaιiκkνvοoρpυuχxγyϲcϳj"
        + "օoսuոnհhցgԱUՍUՕOıiɡgɑaɩiʟLʏYѵvѡwԌGԜWԚQ"
        + "ᎪAᏴBᏟCᎠDᎬEᎶGᎻHᎫJᏦKᏞLᎷMᏢPᏒRᏚSᎢTᏙVᎳWᏃZᴀaʙbᴄcᴅdᴇeɢgʜhɪiᴊjᴋkᴍmɴnᴏoᴘpʀrᴛtᴜuᴠvᴡwᴢz";

    private static readonly FrozenDictionary<char, char> _latin = Enumerable
        .Range(0, Looks.Length / 2)
        .ToFrozenDictionary(i => Looks[2 * i], i => Looks[(2 * i) + 1]);

    private static readonly (ushort[] Basic, FrozenDictionary<int, string> Others, string[] Texts) _forms = Read();

    /// <summary>All letters that are taken for Latin ones.</summary>
    public static string LookAlikes { get; } = string.Concat(_latin.Keys);

    /// <summary>What a character is a form of; null when it is none.</summary>
    public static string? PlainOf(int codePoint)
    {
        if (codePoint > char.MaxValue)
        {
            return _forms.Others.GetValueOrDefault(codePoint);
        }

        var at = codePoint < 0 ? (ushort)0 : _forms.Basic[codePoint];
        return at == 0 ? null : _forms.Texts[at - 1];
    }

    /// <summary>The Latin letter that a letter is taken for; itself when it is taken for none.</summary>
    public static char LatinOf(char letter) => _latin.GetValueOrDefault(letter, letter);

    /// <summary>True for a letter that is taken for a Latin one.</summary>
    public static bool IsLookAlike(char letter) => _latin.ContainsKey(letter);

    /// <summary>In what way a character isn't seen.</summary>
    public static Unseen UnseenOf(int codePoint) =>
        codePoint switch
        {
            '\n' or '\r' or '\t' => Unseen.None,
            0x1B => Unseen.Escape,
            < 0x20 or (>= 0x7F and <= 0x9F) => Unseen.Control,
            < 0xAD => Unseen.None,
            0xAD => Unseen.SoftHyphen,
            0x200C or 0x200D => Unseen.Joiner,
            (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => Unseen.Bidi,
            >= 0xE0000 and <= 0xE007F => Unseen.Tag,
            (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) => Unseen.Selector,
            0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 => Unseen.Filler,
            _ => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
            {
                UnicodeCategory.Format => Unseen.ZeroWidth,
                UnicodeCategory.PrivateUse => Unseen.PrivateUse,
                _ => Unseen.None,
            },
        };

    private static (ushort[], FrozenDictionary<int, string>, string[]) Read()
    {
        using var stream = typeof(LetterForms).Assembly.GetManifestResourceStream("forms.txt")!;
        using var reader = new StreamReader(stream);
        var (basic, others, texts) = (new ushort[char.MaxValue + 1], new Dictionary<int, string>(), new List<string>());
        while (reader.ReadLine() is { } line)
        {
            // `A<tab>61`: one; `A-B<tab>61`: each the next of the one before; `A=B<tab>61`: all the same.
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var part = line.AsSpan(0, tab).IndexOfAny('-', '=');
            var first = Hex(line.AsSpan(0, part < 0 ? tab : part));
            var last = part < 0 ? first : Hex(line.AsSpan(part + 1, tab - part - 1));
            var text = "";
            foreach (var word in line[(tab + 1)..].Split(' '))
            {
                text += char.ConvertFromUtf32(Hex(word));
            }

            var grows = part >= 0 && line[part] == '-';
            for (var one = first; one <= last; one++)
            {
                var form = grows ? char.ConvertFromUtf32(char.ConvertToUtf32(text, 0) + one - first) : text;
                if (one > char.MaxValue)
                {
                    others[one] = form;
                    continue;
                }

                texts.Add(form);
                basic[one] = (ushort)texts.Count;
            }
        }

        return (basic, others.ToFrozenDictionary(), [.. texts]);
    }

    private static int Hex(ReadOnlySpan<char> digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
