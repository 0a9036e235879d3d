using System.Collections.Concurrent;
using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// What the tools of a session's servers say of their arguments, as the lists said that went to its clients. A tool that no
/// list showed has none here, and one whose schema isn't of 2020-12 neither: of those the server judges alone.
/// </summary>
internal sealed class KnownSchemas
{
    /// <summary>Tools of one session whose schemas are kept; of further ones the server judges alone.</summary>
    private const int MaxTools = 4096;

    private readonly ConcurrentDictionary<(string Server, string Tool), Known> _known = new();

    /// <summary>Keeps what a list says of a tool, in place of what an earlier one said.</summary>
    public void Keep(string server, string tool, JsonElement listed)
    {
        if (
            !listed.TryGetProperty("inputSchema", out var schema)
            || schema.ValueKind != JsonValueKind.Object
            || (_known.Count >= MaxTools && !_known.ContainsKey((server, tool)))
        )
        {
            _known.TryRemove((server, tool), out _);
            return;
        }

        _known[(server, tool)] = new Known(Compile(schema.Clone()), ParamHeaders.Read(schema));
    }

    /// <summary>What doesn't fit; null when everything does, or nothing is known of the tool.</summary>
    public SchemaProblem? FindProblem(string server, string tool, JsonElement arguments) =>
        _known.TryGetValue((server, tool), out var known) ? known.Schema?.Validate(arguments) : null;

    /// <summary>Which arguments are repeated in headers; null when the schema says so in a way that is forbidden.</summary>
    public ParamHeaders? HeadersOf(string server, string tool) =>
        _known.TryGetValue((server, tool), out var known) ? known.Headers : ParamHeaders.None;

    private static JsonSchema? Compile(JsonElement schema)
    {
        try
        {
            return JsonSchema.Compile(schema);
        }
        catch (Exception e) when (e is SchemaException or JsonException or InvalidOperationException)
        {
            // Of an older draft, or wrong: nothing is held against it.
            return null;
        }
    }

    private sealed record Known(JsonSchema? Schema, ParamHeaders? Headers);
}
