using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>A text that holds schemas: its root, and each schema in it by its place.</summary>
internal sealed class SchemaDocument(JsonElement root)
{
    public JsonElement Root => root;

    /// <summary>By JSON Pointer.</summary>
    public Dictionary<string, SchemaNode> Nodes { get; } = new(StringComparer.Ordinal);
}
