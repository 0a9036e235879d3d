using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ManifestSchemaTests
{
    private const string NoSuchKey = "zzzzzzzzzzzz";

    private readonly JsonObject _schema = JsonNode.Parse(ManifestSchema.Write())!.AsObject();

    [Fact]
    public void Every_key_of_the_schema_is_known_to_the_loader()
    {
        var wrong = KeysOf(_schema, []).Where(path => Complains(path)).Select(path => string.Join('.', path)).ToList();

        wrong.ShouldBeEmpty();
        KeysOf(_schema, []).Count().ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Every_key_the_loader_knows_is_in_the_schema()
    {
        foreach (var (path, map) in MapsOf(_schema, []))
        {
            var hint = LoadWith([.. path, NoSuchKey])
                .Errors.Single(e => e.Message.StartsWith($"`{NoSuchKey}` is no key of", StringComparison.Ordinal))
                .Hint;
            var known = Regex.Matches(hint, "`([^`]+)`").Select(m => m.Groups[1].Value);

            known.ShouldBe(map["properties"]!.AsObject().Select(p => p.Key), string.Join('.', path));
        }
    }

    [Fact]
    public void What_is_not_supported_yet_is_exactly_what_is_listed()
    {
        var golden = Repository.PathOf("conformance", "policy", "not-supported-yet.txt");
        if (Environment.GetEnvironmentVariable("BARTIZAN_GOLDEN") == "write")
        {
            File.WriteAllLines(golden, ManifestSchema.NotSupportedYet);
        }

        ManifestSchema.NotSupportedYet.ShouldBe(File.ReadAllLines(golden));
    }

    [Fact]
    public void Each_key_that_is_listed_as_not_supported_is_refused_by_name()
    {
        foreach (var listed in ManifestSchema.NotSupportedYet.Where(l => !l.Contains(' ', StringComparison.Ordinal)))
        {
            var path = listed
                .Replace("[]", "", StringComparison.Ordinal)
                .Split('.')
                .Select(p => p == "*" ? "n" : p)
                .ToArray();
            var expected = $"`{path[^1]}` is not supported yet";
            LoadWith(path).Errors.ShouldContain(e => e.Message == expected, listed);
        }
    }

    // Builds a file that holds just this key, with lists and names where the schema has them.
    private ManifestLoad LoadWith(string[] path)
    {
        JsonNode value = JsonValue.Create("x");
        var schemas = new List<JsonObject> { _schema };
        foreach (var key in path)
        {
            schemas.Add(First(Below(Items(schemas[^1]), key)));
        }

        for (var i = path.Length - 1; i >= 0; i--)
        {
            value = new JsonObject { [path[i]] = value };
            if ((string?)schemas[i]["type"] == "array")
            {
                value = new JsonArray(value);
            }
        }

        return Repository.LoadText(value.ToJsonString());
    }

    private bool Complains(string[] path) =>
        LoadWith(path).Errors.Any(e => e.Message.Contains("is no key of", StringComparison.Ordinal));

    private static JsonObject Items(JsonObject schema) =>
        (string?)schema["type"] == "array" ? schema["items"]!.AsObject() : schema;

    // Where a list or a map may stand, the list is looked through; the map's keys have tests of their own.
    private static JsonObject First(JsonObject schema) =>
        schema["anyOf"] is JsonArray either ? either[0]!.AsObject() : schema;

    private static JsonObject Below(JsonObject schema, string key) =>
        schema["properties"] is JsonObject properties ? properties[key]?.AsObject() ?? []
        : schema["additionalProperties"] is JsonObject named ? named
        : [];

    private static IEnumerable<string[]> KeysOf(JsonObject schema, string[] path) =>
        MapsOf(schema, path).SelectMany(m => m.Map["properties"]!.AsObject().Select(p => (string[])[.. m.Path, p.Key]));

    private static IEnumerable<(string[] Path, JsonObject Map)> MapsOf(JsonObject schema, string[] path)
    {
        var map = Items(First(schema));
        if (map["properties"] is JsonObject properties)
        {
            yield return (path, map);
            foreach (var one in properties.SelectMany(p => MapsOf(p.Value!.AsObject(), [.. path, p.Key])))
            {
                yield return one;
            }
        }
        else if (map["additionalProperties"] is JsonObject named)
        {
            foreach (var one in MapsOf(named, [.. path, "n"]))
            {
                yield return one;
            }
        }
    }
}
