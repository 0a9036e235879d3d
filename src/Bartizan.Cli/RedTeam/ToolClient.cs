using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Cli.RedTeam;

/// <summary>The little of an MCP client (2025-11-25, Streamable HTTP) that calls tools through a session's tool gateway.</summary>
internal sealed class ToolClient(HttpClient http, Uri endpoint, string token)
{
    private string? _session;
    private int _sent;

    /// <summary>Calls a tool.</summary>
    /// <returns>What it answered, and whether that is an error.</returns>
    public async Task<(string Text, bool Failed)> CallAsync(
        string tool,
        JsonObject with,
        CancellationToken cancellationToken
    )
    {
        if (_session is null)
        {
            await OpenAsync(cancellationToken);
        }

        var sent = new JsonObject { ["name"] = tool, ["arguments"] = with.DeepClone() };
        var answer = await SendAsync("tools/call", sent, cancellationToken);
        if (answer?["result"] is not { } result)
        {
            return ((string?)answer?["error"]?["message"] ?? "the gateway gave no answer", true);
        }

        var texts = result["content"]?.AsArray().Select(block => (string?)block!["text"] ?? "") ?? [];
        return (string.Join('\n', texts), (bool?)result["isError"] ?? false);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var sent = new JsonObject
        {
            ["protocolVersion"] = "2025-11-25",
            ["capabilities"] = new JsonObject(),
            ["clientInfo"] = new JsonObject { ["name"] = "bartizan-redteam", ["version"] = "1" },
        };
        await SendAsync("initialize", sent, cancellationToken);
        _session ??= "";
        await SendAsync("notifications/initialized", null, cancellationToken);
        // What a server's tools are is known once they were listed: the gateway checks arguments against it.
        await SendAsync("tools/list", [], cancellationToken);
    }

    private async Task<JsonNode?> SendAsync(string method, JsonObject? sent, CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method };
        if (sent is not null)
        {
            message["id"] = ++_sent;
            message["params"] = sent;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Add("x-api-key", token);
        if (_session is { Length: > 0 })
        {
            request.Headers.Add("mcp-session-id", _session);
            request.Headers.Add("mcp-protocol-version", "2025-11-25");
        }

        using var response = await http.SendAsync(request, cancellationToken);
        if (response.Headers.TryGetValues("mcp-session-id", out var given))
        {
            _session ??= given.First();
        }

        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? body.Split('\n')
                .Where(line => line.StartsWith("data:", StringComparison.Ordinal))
                .Select(line => JsonNode.Parse(line["data:".Length..]))
                .FirstOrDefault(one =>
                    one?["id"] is { } id
                    && id.ToString() == _sent.ToString(System.Globalization.CultureInfo.InvariantCulture)
                )
            : Parsed(body);
    }

    private static JsonNode? Parsed(string body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
