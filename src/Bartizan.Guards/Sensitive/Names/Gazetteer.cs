using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive.Names;

/// <summary>Words that names are made of, without accents and whatever their case.</summary>
internal static class Gazetteer
{
    /// <summary>The longest word that is looked up.</summary>
    public const int MaxWord = 24;

    private const string Titles =
        "mr mrs ms miss mx dr prof professor sir madam herr frau fräulein hr fr monsieur madame mademoiselle mme mlle señor señora sr sra srta "
        + "signor signora sig dott dottoressa mevrouw dhr pan pani bay bayan rev";

    private const string Things =
        "street avenue road lane drive square boulevard bridge park airport station university college school hospital institute center centre "
        + "foundation museum theatre theater award prize act theorem law effect syndrome disease method algorithm model series city county state "
        + "river lake island mountain valley bay beach hotel inn bar cafe restaurant club company group holdings gmbh inc ltd llc corp bank "
        + "engineer developer manager director officer president minister secretary analyst architect designer assistant professor editor "
        + "conference protocol license project server database api sdk team";

    private const string Particles =
        "van von de da di der den del della du la le dos das do ten ter zu zum zur al el bin ibn";

    // Letters of Latin with marks, as the letters without: U+00C0 to U+017F.
    private static readonly string _bare = string.Concat(Enumerable.Range(0xC0, 0xC0).Select(c => Bare((char)c)));

    private static readonly FrozenDictionary<string, NameUse>.AlternateLookup<ReadOnlySpan<char>> _words;
    private static readonly WordTable _ascii;

    static Gazetteer()
    {
        var words = new Dictionary<string, NameUse>(StringComparer.Ordinal);
        Read(words, Listed("first-names"), NameUse.First, NameUse.FirstOrWord);
        Read(words, Listed("surnames"), NameUse.Last, NameUse.LastOrWord);
        Read(words, Titles, NameUse.Title, NameUse.Title);
        Read(words, Things, NameUse.Thing, NameUse.Thing);
        Read(words, Particles, NameUse.Particle, NameUse.Particle);
        _words = words.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _ascii = new WordTable(words.Select(word => (word.Key, (int)word.Value)));
    }

    /// <summary>What the word at a place is used for.</summary>
    public static NameUse Of(ReadOnlySpan<char> text, CharMasks masks, int at, int length) =>
        length is < 2 or > MaxWord ? NameUse.None
        : (masks.From(CharKind.Beyond, at) & ((1UL << length) - 1)) == 0 ? (NameUse)_ascii.NumberOf(text, at, length)
        : Of(text.Slice(at, length));

    private static NameUse Of(ReadOnlySpan<char> word)
    {
        Span<char> bare = stackalloc char[MaxWord];
        for (var at = 0; at < word.Length; at++)
        {
            bare[at] = BareOf(word[at]);
        }

        return _words.TryGetValue(bare[..word.Length], out var use) ? use : NameUse.None;
    }

    private static void Read(Dictionary<string, NameUse> words, string listed, NameUse sure, NameUse unsure)
    {
        foreach (var one in listed.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var word = string.Concat(one.TrimEnd('?').Select(BareOf));
            words[word] = words.GetValueOrDefault(word) | (one.EndsWith('?') ? unsure : sure);
        }
    }

    private static string Listed(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"names/{name}.txt")
            ?? throw new InvalidOperationException($"the list of names {name} is not in the program");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return string.Join(' ', reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#')));
    }

    private static char BareOf(char c) =>
        c is >= 'A' and <= 'Z' ? (char)(c | 0x20)
        : c is >= '\u00C0' and < '\u0180' ? _bare[c - 0xC0]
        : c;

    private static char Bare(char c) =>
        c switch
        {
            'Ø' or 'ø' => 'o',
            'Ł' or 'ł' => 'l',
            'Đ' or 'đ' or 'Ð' or 'ð' => 'd',
            'ß' => 's',
            'ı' => 'i',
            'Æ' or 'æ' => 'a',
            'Œ' or 'œ' => 'o',
            _ => char.ToLowerInvariant(c.ToString(CultureInfo.InvariantCulture).Normalize(NormalizationForm.FormD)[0]),
        };
}
