using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Bartizan.Core.Flow;

/// <summary>
/// The keys of a store that a call names. In a spelling in which more are alike than in any store: case, blanks and marks don't tell two
/// keys apart. A key that a store might read otherwise than it stands there isn't seen.
/// </summary>
/// <param name="Keys">Those that are seen.</param>
/// <param name="IsWhole">True when some of what the call names may be any key.</param>
public sealed record StoreKeys(ImmutableArray<string> Keys, bool IsWhole)
{
    /// <summary>Keys of one call that are told apart.</summary>
    public const int MaxKeys = 64;

    /// <summary>Characters of a key.</summary>
    public const int MaxLength = 256;

    /// <summary>Digits of a number that is told apart from others: a server may read more of them as a float.</summary>
    public const int MaxDigits = 15;

    /// <summary>Any key.</summary>
    public static StoreKeys Any { get; } = new([], IsWhole: true);

    /// <summary>These and those.</summary>
    public StoreKeys With(StoreKeys others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new([.. Keys.Union(others.Keys, StringComparer.Ordinal)], IsWhole || others.IsWhole);
    }

    /// <summary>Those that stand at these paths. Whole where at one of them none is seen.</summary>
    public static StoreKeys Of(JsonElement arguments, ImmutableArray<string> paths)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = paths.IsEmpty;
        foreach (var path in paths)
        {
            var found = new List<string?>();
            Look(arguments, path.Split('.'), found);
            isWhole |= found.Count is 0 or > MaxKeys || found.Contains(null);
            keys.UnionWith(found.Take(MaxKeys).OfType<string>());
        }

        return new([.. keys], isWhole);
    }

    /// <summary>True when at one of the paths something stands that is no key that is seen.</summary>
    public static bool HasUnseen(JsonElement arguments, ImmutableArray<string> paths)
    {
        var found = new List<string?>();
        foreach (var path in paths)
        {
            Look(arguments, path.Split('.'), found);
        }

        return found.Count > MaxKeys || found.Contains(null);
    }

    /// <summary>A key in its one spelling; null for what a store might read otherwise.</summary>
    public static string? Form(string key)
    {
        if (key.Length is 0 or > MaxLength || key.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        var form = new StringBuilder(key.Length);
        foreach (var c in key)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                form.Append(char.ToLowerInvariant(c));
            }
            else if (c is not (' ' or '-' or '_' or '.' or '/' or ':' or '@'))
            {
                return null;
            }
        }

        var text = form.ToString();
        return IsNumber(key.Trim(' ')) || !MayBeNumber(key.Trim(' '), text) ? text : null;
    }

    // Some servers take a text for the number that it begins with, for none at all 0, and drop a point and what follows it.
    private static bool MayBeNumber(string key, string form) =>
        form.Length == 0 || char.IsAsciiDigit(form[0]) || key[0] is '-' or '.';

    private static bool IsNumber(string key) =>
        key.Length is > 0 and <= MaxDigits && key[0] != '0' && key.All(char.IsAsciiDigit);

    // Names of arguments without regard to case, as some servers read them; lists are gone through.
    private static void Look(JsonElement value, ReadOnlySpan<string> path, List<string?> found)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                Look(item, path, found);
            }
        }
        else if (path.IsEmpty)
        {
            // A number in another notation, an object and nothing may be any key.
            var text = value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                ? ArgumentTexts.TextOf(value)
                : null;
            var isOdd = value.ValueKind == JsonValueKind.Number && !text!.All(char.IsAsciiDigit);
            found.Add(text is null || isOdd ? null : Form(text));
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (string.Equals(member.Name, path[0], StringComparison.OrdinalIgnoreCase))
                {
                    Look(member.Value, path[1..], found);
                }
            }
        }
    }
}
