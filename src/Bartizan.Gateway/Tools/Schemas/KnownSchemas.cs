using System.Collections.Concurrent;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// What the tools of a session's servers say of their arguments, as the lists said that went to its clients. A tool that no
/// list showed has none here, and one whose schema isn't of 2020-12 neither: of those the server judges alone.
/// </summary>
internal sealed class KnownSchemas
{
    /// <summary>Tools of one session whose schemas are kept; of further ones the server judges alone.</summary>
    private const int MaxTools = 4096;

    private readonly ConcurrentDictionary<(string Server, string Tool), JsonSchema> _schemas = new();

    /// <summary>Keeps what a list says of a tool, in place of what an earlier one said.</summary>
    public void Keep(string server, string tool, JsonElement listed)
    {
        _schemas.TryRemove((server, tool), out _);
        if (
            _schemas.Count >= MaxTools
            || !listed.TryGetProperty("inputSchema", out var schema)
            || schema.ValueKind != JsonValueKind.Object
        )
        {
            return;
        }

        try
        {
            _schemas[(server, tool)] = JsonSchema.Compile(schema.Clone());
        }
        catch (Exception e) when (e is SchemaException or JsonException or InvalidOperationException)
        {
            // Of an older draft, or wrong: nothing is held against it.
        }
    }

    /// <summary>What doesn't fit; null when everything does, or nothing is known of the tool.</summary>
    public SchemaProblem? FindProblem(string server, string tool, JsonElement arguments) =>
        _schemas.TryGetValue((server, tool), out var schema) ? schema.Validate(arguments) : null;
}
