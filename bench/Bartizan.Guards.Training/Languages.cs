namespace Bartizan.Guards.Training;

/// <summary>Which language a text is in, roughly: by script, and by the commonest words of what is written in Latin letters.</summary>
internal static class Languages
{
    private static readonly (string Name, char First, char Last)[] _scripts =
    [
        ("ru", '\u0400', '\u04FF'),
        ("ar", '\u0600', '\u06FF'),
        ("hi", '\u0900', '\u097F'),
        ("bn", '\u0980', '\u09FF'),
        ("th", '\u0E00', '\u0E7F'),
        ("ko", '\uAC00', '\uD7AF'),
        ("ja", '\u3040', '\u30FF'),
        ("zh", '\u4E00', '\u9FFF'),
        ("el", '\u0370', '\u03FF'),
        ("he", '\u0590', '\u05FF'),
    ];

    private static readonly (string Name, HashSet<string> Words)[] _words =
    [
        ("en", [.. "the and of to is you that in for with are this your it".Split(' ')]),
        ("de", [.. "der die und ist das nicht ein eine sie ich mit für den zu".Split(' ')]),
        ("fr", [.. "le la les et est des que une pour vous dans je pas qui".Split(' ')]),
        ("es", [.. "el la los y es que una por para con las del mi su".Split(' ')]),
        ("pt", [.. "o a os e é que uma para com não as do da você".Split(' ')]),
        ("it", [.. "il la e è che di una per con non gli della sono mi".Split(' ')]),
        ("tr", [.. "ve bir bu için ile de da ne mi olarak nasıl benim bana".Split(' ')]),
        ("id", [.. "yang dan di untuk dengan ini itu adalah apa saya anda tidak".Split(' ')]),
        ("pl", [.. "i w na się nie jest do to że jak z czy jego".Split(' ')]),
        ("nl", [.. "de het een en van ik is niet dat je op te zijn".Split(' ')]),
        ("vi", [.. "là của và tôi bạn có không một cho trong này".Split(' ')]),
        ("cs", [.. "a je se na že v to jak pro jsem jako by".Split(' ')]),
    ];

    public static string Of(string text)
    {
        var counts = new int[_scripts.Length];
        var latin = 0;
        foreach (var c in text)
        {
            latin += char.IsAsciiLetter(c) ? 1 : 0;
            for (var at = 0; at < _scripts.Length; at++)
            {
                counts[at] += c >= _scripts[at].First && c <= _scripts[at].Last ? 3 : 0;
            }
        }

        // Japanese is written with Chinese signs too.
        if (counts[6] > 0)
        {
            counts[6] += counts[7];
        }

        var most = Array.IndexOf(counts, counts.Max());
        if (counts[most] > latin)
        {
            return _scripts[most].Name;
        }

        var words = text.ToLowerInvariant().Split([' ', '\n', '.', ',', '?', '!', '"', '\''], 200);
        var best = _words.Select(l => (l.Name, Hits: words.Count(l.Words.Contains))).MaxBy(l => l.Hits);
        return best.Hits == 0 ? "en" : best.Name;
    }
}
