using System.Text.Json.Nodes;

namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <summary>An answer of the test's Vault.</summary>
internal sealed record OwnReply(int Status, JsonObject? Body = null)
{
    public Dictionary<string, string> Fields { get; init; } = new(StringComparer.Ordinal);

    public static OwnReply Of(JsonObject body) => new(200, body);

    public static OwnReply No(int status, params string[] errors) =>
        new(status, new JsonObject { ["errors"] = new JsonArray([.. errors.Select(one => (JsonNode)one)]) });
}
