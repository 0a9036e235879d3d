using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// A running instance whose model never sees an address: what the user typed goes out as a placeholder, comes back in the model's tool
/// call, and the tool gateway judges the call with the address in it.
/// </summary>
public sealed class RedactedModelTests
{
    private const string Mail = "carla.gomez@gomez-bank.com";
    private const string Meta =
        """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";

    [Fact]
    public async Task The_model_sees_a_placeholder_the_tool_the_address_and_it_counts_as_the_users()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Upstream.Answer = context => AnswerAsync(scene, context);
        await File.WriteAllTextAsync(scene.ManifestPath, Manifest(scene, "trust: { untrusted: [tool mail/get] }"));
        var reply = await AttachAsync(scene);
        var token = (string)reply["token"]!;
        var mail = (string)reply["endpoints"]!["mcp"]!["servers"]!["mail"]!;

        var stream = await AskAsync((string)reply["endpoints"]!["anthropic"]!, token);
        var arguments = ArgumentsOf(stream);
        arguments.ShouldBe($$"""{"to":"{{Mail}}","text":"[email-1] [email-9]"}""");

        // From here on the session is tainted, and only what traces to the user goes unasked.
        (await CallAsync(mail, token, "get", """{"id":"m1"}""")).ShouldContain("[email-1]");
        var sent = await CallAsync(mail, token, "send", arguments);

        sent.ShouldContain("sent");
        var asked = scene.Upstream.Requests.Single(one => one.Target == "/v1/messages").Text;
        asked.ShouldNotContain("gomez");
        asked.ShouldContain("I am [email-1]");
        asked.ShouldContain("it says [literal-1]");
        scene.Upstream.Requests.Last(one => one.Target == "/mcp").Text.ShouldContain(Mail);
        var shown = await scene.BartizanAsync("log", "show", (string)reply["session"]!);
        (await scene.BartizanAsync("sessions", "--json")).Output.ShouldContain("untrusted");
        shown.Output.ShouldContain("to model 0.90 of 0.75 redact (1 email)");
        shown.Output.ShouldContain("restore/1 answer (1 email, 1 literal)");
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
        Directory
            .EnumerateFiles(scene.Home, "*", SearchOption.AllDirectories)
            .ShouldAllBe(file => !File.ReadAllText(file).Contains("gomez", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_came_back_is_judged_like_anything_that_an_agent_sends()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Upstream.Answer = context => AnswerAsync(scene, context);
        await File.WriteAllTextAsync(scene.ManifestPath, Manifest(scene, "", "output: { personal_data: block }, "));
        var reply = await AttachAsync(scene);
        var token = (string)reply["token"]!;

        var arguments = ArgumentsOf(await AskAsync((string)reply["endpoints"]!["anthropic"]!, token));
        arguments.ShouldContain(Mail);
        var answer = await CallAsync(
            (string)reply["endpoints"]!["mcp"]!["servers"]!["mail"]!,
            token,
            "send",
            arguments
        );

        answer.ShouldNotContain("sent");
        scene.Upstream.Requests.ShouldAllBe(one => !one.Text.Contains("gomez", StringComparison.Ordinal));
    }

    private static string Manifest(Scene scene, string trust, string guards = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: clerk
            version: 1
            owner: tests@example.com
            environment: development
            models:
              up: { api: anthropic, url: "{{scene.Upstream.Url}}", with: up-key }
            servers:
              mail: { url: "{{scene.Upstream.Url}}mcp" }
            credentials:
              up-key: { from: env:UP_KEY }
            guards: { {{guards}}model: { personal_data: redact, restore: true } }
            {{trust.Replace(" }", ", consequential: [{ tool: mail/send, targets: [to] }] }", StringComparison.Ordinal)}}
            rules:
              - { allow: "tool mail/*", why: It reads and answers mail. }
              - { allow: "model up/small", why: It thinks. }
            """;

    private static async Task<JsonNode> AttachAsync(Scene scene)
    {
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var attached = await scene.BartizanAsync("attach", "-m", scene.ManifestPath, "--json");
        attached.Code.ShouldBe(0, attached.ToString());
        return JsonNode.Parse(attached.Output)!;
    }

    private static async Task<string> AskAsync(string endpoint, string token)
    {
        const string Body = """
            {"model":"small","max_tokens":99,"stream":true,"messages":[
              {"role":"user","content":"I am carla.gomez@gomez-bank.com. Get my mail and write to me."},
              {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"get","input":{"id":"m1"}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"it says [email-1]"}]}]}
            """;
        return await SendAsync(
            endpoint + "/v1/messages",
            Body,
            request =>
            {
                request.Headers.Add("x-api-key", token);
                request.Headers.Add("anthropic-version", "2023-06-01");
            }
        );
    }

    private static Task<string> CallAsync(string endpoint, string token, string tool, string arguments) =>
        SendAsync(
            endpoint,
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{{Meta}},"name":"{{tool}}","arguments":{{arguments}} } }""",
            request =>
            {
                request.Headers.Add("accept", "application/json, text/event-stream");
                request.Headers.Add("authorization", $"Bearer {token}");
                request.Headers.Add("mcp-protocol-version", "2026-07-28");
                request.Headers.Add("mcp-method", "tools/call");
                request.Headers.Add("mcp-name", tool);
            }
        );

    private static async Task<string> SendAsync(string address, string body, Action<HttpRequestMessage> with)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        with(request);
        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private static string ArgumentsOf(string stream) =>
        string.Concat(
            stream
                .Split('\n')
                .Where(line => line.Contains("partial_json", StringComparison.Ordinal))
                .Select(line => (string)JsonNode.Parse(line[6..])!["delta"]!["partial_json"]!)
        );

    private static Task AnswerAsync(Scene scene, HttpContext context) =>
        context.Request.Path == "/mcp"
            ? ServeAsync(context, JsonNode.Parse(scene.Upstream.Requests.Last().Text)!)
            : ScriptedUpstream.StreamAsync(
                context,
                [
                    .. """{"to":"[email-1]","text":"[literal-1] [email-9]"}"""
                        .Chunk(5)
                        .Select(piece =>
                            """data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":PIECE}}""".Replace(
                                "PIECE",
                                JsonSerializer.Serialize(new string(piece)),
                                StringComparison.Ordinal
                            ) + "\n\n"
                        ),
                    """data: {"type":"message_stop"}""" + "\n\n",
                ]
            );

    private static async Task ServeAsync(HttpContext context, JsonNode request)
    {
        if (request["id"] is not { } id)
        {
            context.Response.StatusCode = 202;
            return;
        }

        var tool = (string?)request["params"]?["name"];
        JsonObject result = (string?)request["method"] switch
        {
            "initialize" => new()
            {
                ["protocolVersion"] = "2025-11-25",
                ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
                ["serverInfo"] = new JsonObject { ["name"] = "mail", ["version"] = "1" },
            },
            "tools/list" => new() { ["tools"] = new JsonArray(Tool("get"), Tool("send")) },
            _ => new()
            {
                ["content"] = new JsonArray(
                    new JsonObject { ["type"] = "text", ["text"] = tool == "get" ? "it says [email-1]" : "sent" }
                ),
            },
        };
        await ScriptedUpstream.JsonAsync(
            context,
            new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = id.DeepClone(),
                ["result"] = result,
            }.ToJsonString()
        );
    }

    private static JsonObject Tool(string name) =>
        new()
        {
            ["name"] = name,
            ["description"] = "Of a test.",
            ["inputSchema"] = new JsonObject { ["type"] = "object" },
        };
}
