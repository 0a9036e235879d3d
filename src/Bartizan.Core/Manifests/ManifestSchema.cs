using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The JSON Schema (2020-12) of manifests, for editors. It is made of the table that the loader checks against; the loader
/// knows more (what holds between keys, patterns, verbs) and has the last word.
/// </summary>
public static class ManifestSchema
{
    private const string NotYet = "(not supported yet) ";

    private static readonly JsonSerializerOptions _readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Keys, values and verbs that are known and not enforced by this version: each is a load error.</summary>
    public static ImmutableArray<string> NotSupportedYet { get; } =
    [
        .. FindUnsupported(ManifestShape.Manifest, "").Distinct(StringComparer.Ordinal),
        .. RuleReader.UnsupportedVerbs.Select(verb => $"rules[]: {verb}"),
        "rules[]: http * https://host/** with",
        "rules[]: connect … with",
    ];

    /// <summary>Writes the schema as indented JSON.</summary>
    public static string Write()
    {
        var schema = Write(ManifestShape.Manifest);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "$id", "urn:bartizan:manifest:v1");
        schema.Insert(2, "title", "Bartizan manifest");
        schema.Insert(3, "description", "The whole of what an agent may do. What it doesn't say is denied.");
        return schema.ToJsonString(_readable) + "\n";
    }

    private static JsonObject Write(Shape shape) =>
        shape switch
        {
            Shape.Text text => WriteText(text),
            Shape.Choice choice => new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. choice.Words.Concat(choice.Unsupported).Select(w => JsonValue.Create(w))]),
            },
            Shape.Whole whole => new JsonObject
            {
                ["type"] = "integer",
                ["minimum"] = whole.Least,
                ["maximum"] = whole.Most,
            },
            Shape.Number number => new JsonObject
            {
                ["type"] = "number",
                ["minimum"] = number.Least,
                ["maximum"] = number.Most,
            },
            Shape.Many many => WriteMany(many),
            Shape.ListOr either => new JsonObject
            {
                ["anyOf"] = new JsonArray(Write(either.List), Write(either.Other)),
            },
            Shape.WordOr either => new JsonObject
            {
                ["anyOf"] = new JsonArray(Write(either.Word), Write(either.Other)),
            },
            Shape.Named named => new JsonObject
            {
                ["type"] = "object",
                ["minProperties"] = 1,
                ["propertyNames"] = WriteText(named.Name),
                ["additionalProperties"] = Write(named.Value),
            },
            Shape.Keys keys => WriteKeys(keys),
            _ => throw new InvalidOperationException($"no schema for {shape.GetType().Name}"),
        };

    private static JsonObject WriteText(Shape.Text text)
    {
        var schema = new JsonObject
        {
            ["type"] = "string",
            ["minLength"] = 1,
            ["maxLength"] = text.MaxLength,
        };
        if (text.Expression is { } expression)
        {
            schema["pattern"] = expression;
        }

        return schema;
    }

    private static JsonObject WriteMany(Shape.Many many)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Write(many.Item) };
        if (many.Least > 0)
        {
            schema["minItems"] = many.Least;
        }

        return schema;
    }

    private static JsonObject WriteKeys(Shape.Keys keys)
    {
        var properties = new JsonObject();
        foreach (var key in keys.Known)
        {
            var property = Write(key.Shape);
            property.Insert(0, "description", (key.Supported ? "" : NotYet) + key.Says);
            properties[key.Name] = property;
        }

        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        if (keys.Known.Any(k => k.Required))
        {
            schema["required"] = Words(keys.Known.Where(k => k.Required).Select(k => k.Name));
        }

        if (!keys.ExactlyOne.IsEmpty)
        {
            schema["oneOf"] = new JsonArray([
                .. keys.ExactlyOne.Select(k => new JsonObject { ["required"] = Words([k]) }),
            ]);
        }

        return schema;
    }

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(w => JsonValue.Create(w))];

    // What stands below an unsupported key is not listed again; the other form of a list holds the same things.
    private static IEnumerable<string> FindUnsupported(Shape shape, string path) =>
        shape switch
        {
            Shape.Choice choice => choice.Unsupported.Select(word => $"{path}: {word}"),
            Shape.Many many => FindUnsupported(many.Item, path + "[]"),
            Shape.ListOr either => FindUnsupported(either.List, path),
            Shape.WordOr either => FindUnsupported(either.Other, path),
            Shape.Named named => FindUnsupported(named.Value, path + ".*"),
            Shape.Keys keys => keys.Known.SelectMany(key =>
            {
                var below = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
                return key.Supported ? FindUnsupported(key.Shape, below) : [below];
            }),
            _ => [],
        };
}
