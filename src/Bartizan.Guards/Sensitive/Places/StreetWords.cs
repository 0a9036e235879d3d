namespace Bartizan.Guards.Sensitive.Places;

/// <summary>Words and endings of streets.</summary>
internal static class StreetWords
{
    // "12 Oak Street"
    private static readonly WordList _after = new(
        "street st avenue ave road rd boulevard blvd lane ln drive dr court ct way place pl square sq terrace ter parkway pkwy highway hwy "
            + "close crescent cres gardens grove mews row walk hill trail trl circle cir"
    );

    // "Calle Mayor 12"
    private static readonly WordList _before = new(
        "rue avenue boulevard bd quai chemin impasse allée cours route place calle avenida avda paseo plaza carrer camino rua travessa praça "
            + "via viale piazza corso largo vicolo ul ulica aleja al plac"
    );

    private static readonly string[] _endings =
    [
        "straße",
        "strasse",
        "str",
        "weg",
        "platz",
        "allee",
        "gasse",
        "ring",
        "damm",
        "ufer",
        "straat",
        "laan",
        "plein",
        "gracht",
        "kade",
        "vej",
        "gade",
        "vägen",
        "gatan",
    ];

    private static readonly WordList _labels = new(
        "address street streetaddress addressline homeaddress postaladdress billingaddress shippingaddress deliveryaddress mailingaddress adresse "
            + "anschrift wohnort straße dirección direccion domicilio indirizzo endereço adres residence"
    );

    private static readonly WordList _boxes = new("box postfach postbus apartado casella");

    /// <summary>True for a word that stands after a street's name: Street, Road.</summary>
    public static bool IsAfter(ReadOnlySpan<char> word) => _after.Contains(word);

    /// <summary>True for a word that stands before a street's name: rue, Calle.</summary>
    public static bool IsBefore(ReadOnlySpan<char> word) => _before.Contains(word);

    /// <summary>True for a word that stands between a number and a street's name: 12 rue de la Paix.</summary>
    public static bool IsFrench(ReadOnlySpan<char> word) =>
        word
            is "rue"
                or "avenue"
                or "boulevard"
                or "bd"
                or "quai"
                or "chemin"
                or "impasse"
                or "allée"
                or "cours"
                or "route"
                or "place";

    /// <summary>False for a letter that none of those words begins with.</summary>
    public static bool MayBeFrench(char first) => first is 'r' or 'a' or 'b' or 'q' or 'c' or 'i' or 'p';

    /// <summary>True for what labels an address.</summary>
    public static bool IsLabel(ReadOnlySpan<char> word) => _labels.Contains(word);

    /// <summary>True for what stands before the number of a box.</summary>
    public static bool IsBox(ReadOnlySpan<char> word) => _boxes.Contains(word);

    /// <summary>True for a name of a street in one word: Hauptstraße, Prinsengracht.</summary>
    public static bool IsStreet(ReadOnlySpan<char> word)
    {
        if (word.Length < 6)
        {
            return false;
        }

        foreach (var ending in _endings)
        {
            if (word.Length >= ending.Length + 3 && word.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
