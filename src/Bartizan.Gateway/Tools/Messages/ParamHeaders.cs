using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// The arguments of a tool that its schema has repeated in headers (2026-07-28, <c>x-mcp-header</c>), so that what lies between client
/// and server can route by them. INVARIANT: a client's header that says something else than the body is refused, and what goes on
/// to the server is written from the body that was decided.
/// </summary>
internal sealed class ParamHeaders
{
    /// <summary>Arguments of one tool that are repeated: each is a header of its own. A tool with more isn't there.</summary>
    private const int MaxHeaders = 64;

    private const string Prefix = "Mcp-Param-";
    private const string Annotation = "x-mcp-header";

    // RFC 9110 section 5.6.2.
    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    // What stands there is a value, whatever its names are.
    private static readonly SearchValues<string> Values = SearchValues.Create(
        ["const", "enum", "default", "examples"],
        StringComparison.Ordinal
    );

    private readonly IReadOnlyList<(string Header, string[] Path)> _headers;

    private ParamHeaders(IReadOnlyList<(string Header, string[] Path)> headers) => _headers = headers;

    /// <summary>Nothing is repeated, or nothing is known of the tool.</summary>
    public static ParamHeaders None { get; } = new([]);

    /// <summary>
    /// Reads a tool's schema; null when an annotation stands where or as the specification forbids it. Clients have to leave such a
    /// tool out.
    /// </summary>
    public static ParamHeaders? Read(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return None;
        }

        var found = new List<(string Header, string[] Path)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return !schema.TryGetProperty(Annotation, out _) && Collect(schema, [], found, names)
            ? found.Count == 0
                ? None
                : new ParamHeaders(found)
            : null;
    }

    /// <summary>In what a client's headers are other than its arguments; null in nothing.</summary>
    public string? FindMismatch(IHeaderDictionary headers, JsonElement arguments)
    {
        foreach (var (header, path) in _headers)
        {
            var said = headers[header];
            if (ValueOf(arguments, path) is not { } value)
            {
                if (said.Count > 0)
                {
                    return $"the header {header} repeats an argument that isn't there";
                }

                continue;
            }

            if (said.Count != 1 || !IsSame(Stateless.Decode(said.ToString()), value))
            {
                return $"the header {header} is another than the argument of the body";
            }
        }

        return null;
    }

    /// <summary>The headers that go with these arguments; null for none.</summary>
    public List<KeyValuePair<string, string>>? Write(JsonElement arguments)
    {
        List<KeyValuePair<string, string>>? written = null;
        foreach (var (header, path) in _headers)
        {
            if (ValueOf(arguments, path) is { } value && TextOf(value) is { } text)
            {
                (written ??= []).Add(new(header, text));
            }
        }

        return written;
    }

    // False when an annotation is wrong. Only what is reached by `properties` alone is an argument of a known place.
    private static bool Collect(
        JsonElement schema,
        string[] path,
        List<(string Header, string[] Path)> found,
        HashSet<string> names
    )
    {
        foreach (var member in schema.EnumerateObject())
        {
            if (member.Name != "properties")
            {
                if (!Values.Contains(member.Name) && member.Name != Annotation && Mentions(member.Value))
                {
                    return false;
                }

                continue;
            }

            if (member.Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (var property in member.Value.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.Object)
                {
                    continue;
                }

                string[] below = [.. path, property.Name];
                if (property.Value.TryGetProperty(Annotation, out var annotation))
                {
                    if (
                        found.Count == MaxHeaders
                        || NameOf(annotation, property.Value) is not { } name
                        || !names.Add(name)
                    )
                    {
                        return false;
                    }

                    found.Add((Prefix + name, below));
                }

                if (!Collect(property.Value, below, found, names))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Mentions(JsonElement part) =>
        part.ValueKind switch
        {
            JsonValueKind.Object => part.EnumerateObject()
                .Any(member => member.Name == Annotation || (!Values.Contains(member.Name) && Mentions(member.Value))),
            JsonValueKind.Array => part.EnumerateArray().Any(Mentions),
            _ => false,
        };

    private static string? NameOf(JsonElement annotation, JsonElement schema) =>
        annotation.ValueKind == JsonValueKind.String
        && annotation.GetString() is { Length: > 0 } name
        && !name.AsSpan().ContainsAnyExcept(Token)
        && schema.TryGetProperty("type", out var type)
        && IsPlain(type)
            ? name
            : null;

    private static bool IsPlain(JsonElement type) =>
        type.ValueKind == JsonValueKind.String
        && (type.ValueEquals("string"u8) || type.ValueEquals("integer"u8) || type.ValueEquals("boolean"u8));

    private static JsonElement? ValueOf(JsonElement arguments, string[] path)
    {
        var value = arguments;
        foreach (var name in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    private static bool IsSame(string? said, JsonElement value) =>
        said is not null
        && value.ValueKind switch
        {
            JsonValueKind.String => string.Equals(said, value.GetString(), StringComparison.Ordinal),
            JsonValueKind.True => said == "true",
            JsonValueKind.False => said == "false",
            JsonValueKind.Number => NumberOf(said) is { } one
                && NumberOf(value.GetRawText()) is { } other
                && one == other,
            _ => false,
        };

    private static decimal? NumberOf(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Stateless.Encode(value.GetString()!),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
}
