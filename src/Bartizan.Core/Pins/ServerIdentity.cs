using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Pins;

/// <summary>
/// What a server says of itself and to the model: its <c>serverInfo</c> without the version, and its <c>instructions</c>. The
/// version is left out because it changes with every release and no model acts on it.
/// </summary>
public sealed record ServerIdentity
{
    private ServerIdentity(string text, JsonElement said)
    {
        Text = text;
        Members = said.EnumerateObject()
            .ToImmutableSortedDictionary(m => m.Name, m => CanonicalJson.Of(m.Value)!, StringComparer.Ordinal);
        Digest = Digest.Of(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The identity in its canonical form (RFC 8785).</summary>
    public string Text { get; }

    /// <summary>What it consists of: <c>info</c> and <c>instructions</c>, each in its canonical form.</summary>
    public ImmutableSortedDictionary<string, string> Members { get; }

    /// <summary>SHA-256 of that form.</summary>
    public Digest Digest { get; }

    /// <summary>Reads it of the members of an answer to <c>initialize</c> or <c>server/discover</c>; null when it can't be read.</summary>
    public static ServerIdentity? Of(JsonElement info, JsonElement instructions)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (info.ValueKind == JsonValueKind.Object)
            {
                json.WriteStartObject("info"u8);
                foreach (var member in info.EnumerateObject().Where(m => m.Name != "version"))
                {
                    member.WriteTo(json);
                }

                json.WriteEndObject();
            }

            if (instructions.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            {
                json.WritePropertyName("instructions"u8);
                instructions.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Read(Encoding.UTF8.GetString(body.WrittenSpan));
    }

    /// <summary>Reads the text of an identity.</summary>
    public static ServerIdentity? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = ToolDefinition.MaxDepth }
            );
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && CanonicalJson.Of(document.RootElement) is { Length: <= ToolDefinition.MaxLength } canonical
                ? new ServerIdentity(canonical, document.RootElement)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
