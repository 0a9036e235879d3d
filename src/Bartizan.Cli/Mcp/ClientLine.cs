using System.Text;
using System.Text.Json;

namespace Bartizan.Cli.Mcp;

/// <summary>What of a client's message the transport over HTTP says once more in headers.</summary>
/// <param name="Method">The method; null for an answer.</param>
/// <param name="Id">The id as JSON text; null for none.</param>
/// <param name="Version">The version of a stateless request; null for one of a session.</param>
/// <param name="Subject">The name or address that it is about; null for none.</param>
/// <param name="Cancels">The id, as JSON text, of the request that it takes back; null for none.</param>
internal sealed record ClientLine(string? Method, string? Id, string? Version, string? Subject, string? Cancels)
{
    private const string VersionName = "io.modelcontextprotocol/protocolVersion";

    /// <summary>Reads a line; null when it is no message.</summary>
    public static ClientLine? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var parameters = root.TryGetProperty("params", out var said) ? said : default;
            return new ClientLine(
                Text(root, "method"),
                Raw(root, "id"),
                Member(parameters, "_meta") is { } meta ? Text(meta, VersionName) : null,
                Text(parameters, "name") ?? Text(parameters, "uri"),
                Raw(parameters, "requestId")
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The headers of a stateless request.</summary>
    public void Write(System.Net.Http.Headers.HttpRequestHeaders to)
    {
        to.TryAddWithoutValidation("mcp-protocol-version", Version);
        to.TryAddWithoutValidation("mcp-method", Method);
        if (Subject is { } subject)
        {
            var plain = subject.All(c => c is > ' ' and <= '~') && !subject.StartsWith("=?", StringComparison.Ordinal);
            to.TryAddWithoutValidation(
                "mcp-name",
                plain ? subject : $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?="
            );
        }
    }

    private static JsonElement? Member(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement from, string name) =>
        Member(from, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string? Raw(JsonElement from, string name) =>
        Member(from, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } id ? id.GetRawText() : null;
}
