using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// A JSON Schema of 2020-12 (the dialect of MCP's tools), read once and held against many values. Formats are annotations, as that
/// standard has it. Schemas come from servers that may be hostile: reading and holding are bounded in depth, steps and time, nothing is
/// ever fetched, and what can't be held is no match.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Reads a schema that refers to nothing but itself and the standard's own meta-schemas.</summary>
    /// <param name="schema">The schema; it must live as long as this.</param>
    /// <exception cref="SchemaException">When it is none, or refers to what isn't there.</exception>
    public static JsonSchema Compile(JsonElement schema) => Compile(schema, MetaSchemas.All);

    /// <summary>The same, with the documents by their URI that it may refer to.</summary>
    public static JsonSchema Compile(JsonElement schema, IReadOnlyDictionary<string, JsonElement> documents)
    {
        var library = new SchemaLibrary(documents);
        var root = SchemaReader.ReadDocument(library, schema, SchemaUri.Nowhere);
        SchemaJoiner.Join(library);
        return new JsonSchema(root);
    }

    /// <summary>Null when the value fits, else the first thing that doesn't.</summary>
    public SchemaProblem? Validate(JsonElement value)
    {
        try
        {
            return new SchemaEvaluation().Run(_root, value);
        }
        catch (InvalidOperationException)
        {
            return new SchemaProblem("", "string", "a text in it holds half a character");
        }
    }
}
