using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Vault.Tests.Providers.Clouds;

/// <summary>A request to a test's cloud, as it came.</summary>
internal sealed record OwnAsk(
    string Method,
    string Path,
    string Query,
    string Host,
    IHeaderDictionary Fields,
    byte[] Body
)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode? Json => Body.Length == 0 ? null : JsonNode.Parse(Body);

    /// <summary>A form's fields; one that stands twice is no form.</summary>
    public Dictionary<string, string> Form =>
        Text.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(
                pair => Uri.UnescapeDataString(pair[0]),
                pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')),
                StringComparer.Ordinal
            );

    /// <summary>The bearer token that it shows; empty for none.</summary>
    public string Bearer =>
        Fields.Authorization.ToString() is var shown && shown.StartsWith("Bearer ", StringComparison.Ordinal)
            ? shown[7..]
            : "";
}

/// <summary>An answer of a test's cloud.</summary>
internal sealed record OwnAnswer(int Status, string Body, string Type = "application/json")
{
    public Dictionary<string, string> Fields { get; init; } = new(StringComparer.Ordinal);

    public static OwnAnswer Of(JsonNode json, int status = 200) => new(status, json.ToJsonString());
}
