using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Vault.Providers.Clouds;

/// <summary>What is kept in a store of a cloud: a text, which may be an object of JSON with fields.</summary>
internal static class KeptFields
{
    private const int MaxDepth = 8;

    /// <summary>The fields that are asked for; null where one isn't there.</summary>
    /// <param name="value">The text.</param>
    /// <param name="whole">The name by which it is meant whole.</param>
    /// <param name="names">What is asked for.</param>
    public static ImmutableDictionary<string, Secret>? Of(string value, string whole, ImmutableArray<string> names)
    {
        using var json = names.Any(name => name != whole) ? Parsed(value) : null;
        var fields = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var field = name == whole ? value : TextOf(json, name);
            if (string.IsNullOrEmpty(field))
            {
                foreach (var secret in fields.Values)
                {
                    secret.Dispose();
                }

                return null;
            }

            fields[name] = new Secret(field);
        }

        return fields.ToImmutable();
    }

    /// <summary>The names as a message has them.</summary>
    public static string Named(ImmutableArray<string> names) => string.Join(" and ", names.Select(name => $"`{name}`"));

    private static string? TextOf(JsonDocument? json, string name) =>
        json is null
            ? null
            : ProviderReply.PartOf(json.RootElement, name) switch
            {
                { ValueKind: JsonValueKind.String } text => ProviderReply.TextOf(text),
                { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
                _ => null,
            };

    // A name that stands twice is two values, and nobody knows which is meant.
    private static JsonDocument? Parsed(string value)
    {
        try
        {
            return JsonDocument.Parse(
                value,
                new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }
            );
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
