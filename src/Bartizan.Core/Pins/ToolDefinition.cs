using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Pins;

/// <summary>
/// What a server says of one of its tools: name, title, description, schemas, annotations and whatever else stands there. It is
/// pinned whole: a member that this program doesn't know reaches the model as well as one that it knows.
/// </summary>
public sealed record ToolDefinition
{
    /// <summary>The largest definition, in its canonical form; the largest of real servers are a tenth of it.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>How deep a definition may nest.</summary>
    internal const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    private ToolDefinition(string name, string text)
    {
        Name = name;
        Text = text;
        Digest = Digest.Of(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The tool's name.</summary>
    public string Name { get; }

    /// <summary>The definition in its canonical form (RFC 8785).</summary>
    public string Text { get; }

    /// <summary>SHA-256 of that form: what is pinned.</summary>
    public Digest Digest { get; }

    /// <summary>Reads one item of a server's list; null for what no pin can be made of.</summary>
    public static ToolDefinition? Read(JsonElement listed) =>
        listed.ValueKind == JsonValueKind.Object
        && listed.TryGetProperty("name", out var named)
        && named.ValueKind == JsonValueKind.String
        && CanonicalJson.Of(listed) is { Length: <= MaxLength } text
        && named.GetString() is { Length: > 0 } name
            ? new ToolDefinition(name, text)
            : null;

    /// <summary>Reads the text of a definition.</summary>
    public static ToolDefinition? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The definition as JSON.</summary>
    public JsonElement ToJson() => JsonElement.Parse(Text, Strict);
}
