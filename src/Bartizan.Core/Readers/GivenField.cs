using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Readers;

/// <summary>
/// One value of a reader. The model's own spelling never passes: a value is read, held to its kind and its demands, and written anew.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it may be.</param>
/// <param name="Demands">What else is asked of it, in the words of <c>args</c>.</param>
public sealed record GivenField(string Name, GivenKind Kind, ArgumentRule Demands)
{
    /// <summary>The longest name of a value.</summary>
    public const int MaxName = 32;

    /// <summary>The longest identifier that an author can ask for.</summary>
    public const int MaxIdentifier = 64;

    /// <summary>The longest identifier where nothing is said.</summary>
    public const int UsualIdentifier = 32;

    /// <summary>The longest of an author's own words.</summary>
    public const int MaxWord = 64;

    /// <summary>The most of them.</summary>
    public const int MaxWords = 256;

    /// <summary>Decimals of a number: each is more of what was read.</summary>
    public const int MaxDecimals = 4;

    private const int FirstYear = 1900;
    private const int LastYear = 2199;
    private const string Day = "yyyy-MM-dd";

    /// <summary>How many bits it carries.</summary>
    public double Bits =>
        Math.Log2(
            (Demands.Optional ? 1 : 0)
                + Kind switch
                {
                    GivenKind.Boolean => 2,
                    GivenKind.Integer => (double)Range + 1,
                    GivenKind.Number => ((double)Range * Math.Pow(10, MaxDecimals)) + 1,
                    GivenKind.Date => (LastYear - FirstYear + 1) * 365.25,
                    GivenKind.Currency => 26 * 26 * 26,
                    GivenKind.Choice => Demands.In.Length,
                    _ => Math.Pow(IdentifierText.Alphabet, Most),
                }
        );

    /// <summary>In one spelling.</summary>
    public string Canonical => $"{Name}: {Kind} {NormalForm.TextOf(Demands)}";

    /// <summary>The most characters of an identifier.</summary>
    public int Most => Demands.MaxLength ?? UsualIdentifier;

    private decimal Range => (Demands.Most ?? 0) - (Demands.Least ?? 0);

    /// <summary>Writes a value that fits under its name; false, and nothing is written, for any other.</summary>
    public bool TryWrite(JsonElement value, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        switch (Kind)
        {
            case GivenKind.Boolean when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                json.WriteBoolean(Name, value.ValueKind == JsonValueKind.True);
                return true;
            case GivenKind.Integer or GivenKind.Number when NumberOf(value) is { } number:
                json.WriteNumber(Name, number);
                return true;
            case GivenKind.Date
            or GivenKind.Currency
            or GivenKind.Choice
            or GivenKind.Identifier when TextOf(value) is { } text:
                json.WriteString(Name, text);
                return true;
            default:
                return false;
        }
    }

    private decimal? NumberOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var said))
        {
            return null;
        }

        // One spelling for each number: trailing zeros and a zero's sign would carry more than it.
        var rounded = decimal.Round(said, Kind == GivenKind.Integer ? 0 : MaxDecimals);
        var plain = rounded / 1.0000000000000000000000000000m;
        return rounded == said && Fits(value) ? (plain == 0 ? 0 : plain) : null;
    }

    private string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }

        var fits = Kind switch
        {
            GivenKind.Date => text.All(c => char.IsAsciiDigit(c) || c == '-')
                && DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                && day.Year is >= FirstYear and <= LastYear,
            GivenKind.Currency => text.Length == 3 && text.All(char.IsAsciiLetterUpper),
            GivenKind.Choice => Demands.In.Any(word => word.Text == text),
            _ => text.Length <= Most
                && IdentifierText.Holds(text, Demands.Glob)
                && (Demands.Glob is null || Fits(value)),
        };
        return fits ? text : null;
    }

    private bool Fits(JsonElement value) =>
        ArgumentCheck.Parse(Demands, grants: true, out _)?.Judge(value) == Truth.True;
}
