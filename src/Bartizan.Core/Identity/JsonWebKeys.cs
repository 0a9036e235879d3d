using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>The public keys of one issuer (RFC 7517, 5): what verifies its tokens, and nothing else of what it published.</summary>
public sealed class JsonWebKeys
{
    /// <summary>Bytes of a set; one of ten keys with their certificates has some 40 KiB.</summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>Keys of a set, those that are passed over included.</summary>
    public const int MaxKeys = 100;

    private readonly ImmutableArray<JsonWebKey> _keys;

    private JsonWebKeys(ImmutableArray<JsonWebKey> keys) => _keys = keys;

    /// <summary>A set without keys: nothing verifies by it.</summary>
    public static JsonWebKeys None { get; } = new([]);

    /// <summary>How many keys it has.</summary>
    public int Count => _keys.Length;

    /// <summary>
    /// Reads a set. A key that isn't to verify signatures with is passed over, whatever it is; a name that two keys have makes the set
    /// unreadable: which of them was meant nobody can say.
    /// </summary>
    /// <param name="utf8">The document.</param>
    /// <param name="problem">What is wrong, to follow "the key set"; empty when nothing is.</param>
    public static JsonWebKeys? Parse(ReadOnlyMemory<byte> utf8, out string problem)
    {
        problem = $"is longer than {MaxBytes} bytes";
        if (utf8.Length > MaxBytes)
        {
            return null;
        }

        problem = "is no JSON object with a list of keys";
        if (
            StrictJson.Parse(utf8) is not { } set
            || StrictJson.Member(set, "keys") is not { ValueKind: JsonValueKind.Array } said
        )
        {
            return null;
        }

        problem = $"holds more than {MaxKeys} keys";
        if (said.GetArrayLength() > MaxKeys)
        {
            return null;
        }

        problem = "has one name for two keys";
        ImmutableArray<JsonWebKey> keys = [.. said.EnumerateArray().Select(JsonWebKey.Read).OfType<JsonWebKey>()];
        var named = keys.Select(key => key.Id).OfType<string>().ToList();
        if (named.Distinct(StringComparer.Ordinal).Count() < named.Count)
        {
            return null;
        }

        problem = "";
        return new JsonWebKeys(keys);
    }

    /// <summary>
    /// The key that a token names; where it names none, the only one that fits its algorithm. Null for a name that isn't here, however it
    /// looks: a name is compared and never opened.
    /// </summary>
    internal JsonWebKey? Find(string? id, string algorithm)
    {
        if (id is not null)
        {
            return _keys.FirstOrDefault(key => string.Equals(key.Id, id, StringComparison.Ordinal));
        }

        var fitting = _keys.Where(key => key.Fits(algorithm)).Take(2).ToList();
        return fitting.Count == 1 ? fitting[0] : null;
    }
}
