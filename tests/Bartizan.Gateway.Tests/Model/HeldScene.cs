using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Model;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>A gateway whose manifest has people asked, and requests of the four wire formats in which a tool answered some texts.</summary>
internal sealed class HeldScene : IAsyncDisposable
{
    public static TheoryData<string> Formats => ["anthropic", "chat", "openai", "gemini"];

    private HeldScene(ScriptedUpstream upstream, GatewayUnderTest house)
    {
        Upstream = upstream;
        House = house;
    }

    public ScriptedUpstream Upstream { get; }

    public GatewayUnderTest House { get; }

    public static async Task<HeldScene> StartAsync(string rules, ModelGatewayOptions? options = null)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        var manifest = GatewayUnderTest
            .Manifest(upstream.Url, rules)
            .Replace(
                "credentials:",
                $"  gemini: {{ api: gemini, url: \"{upstream.Url}\", with: provider-key }}\ncredentials:",
                StringComparison.Ordinal
            )
            .Replace(
                "rules:",
                "rules:\n  - { allow: \"model gemini/*\", why: Tests call it. }",
                StringComparison.Ordinal
            );
        return new HeldScene(upstream, await GatewayUnderTest.StartAsync(upstream.Url, options, manifest));
    }

    /// <summary>A request in whose history a tool answered each of the texts.</summary>
    public static (string Path, string Body) RequestOf(string format, bool stream, params string[] texts)
    {
        var results = texts.Select((text, at) => (text, id: $"t{at}"));
        var body = new JsonObject();
        switch (format)
        {
            case "anthropic":
                body["model"] = "claude-1";
                body["max_tokens"] = 9;
                body["messages"] = Of(
                    results.Select(one => new JsonObject
                    {
                        ["role"] = "user",
                        ["content"] = new JsonArray(
                            new JsonObject
                            {
                                ["type"] = "tool_result",
                                ["tool_use_id"] = one.id,
                                ["content"] = one.text,
                            }
                        ),
                    })
                );
                break;
            case "chat":
                body["model"] = "gpt-5";
                body["messages"] = Of(
                    results.Select(one => new JsonObject
                    {
                        ["role"] = "tool",
                        ["tool_call_id"] = one.id,
                        ["content"] = one.text,
                    })
                );
                break;
            case "openai":
                body["model"] = "gpt-5";
                body["input"] = Of(
                    results.Select(one => new JsonObject
                    {
                        ["type"] = "function_call_output",
                        ["call_id"] = one.id,
                        ["output"] = one.text,
                    })
                );
                break;
            default:
                body["contents"] = Of(
                    results.Select(one => new JsonObject
                    {
                        ["role"] = "user",
                        ["parts"] = new JsonArray(
                            new JsonObject
                            {
                                ["functionResponse"] = new JsonObject
                                {
                                    ["name"] = "f",
                                    ["response"] = new JsonObject { ["output"] = one.text },
                                },
                            }
                        ),
                    })
                );
                break;
        }

        if (stream && format != "gemini")
        {
            body["stream"] = true;
        }

        var path = format switch
        {
            "anthropic" => "/v1/messages",
            "chat" => "/v1/chat/completions",
            "openai" => "/v1/responses",
            _ => $"/v1beta/models/gemini-2.5-pro:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
        };
        return (path, body.ToJsonString());
    }

    public Task<(HttpStatusCode Status, string Body)> SendAsync(string format, params string[] texts)
    {
        var (path, body) = RequestOf(format, stream: false, texts);
        return SendRawAsync(path, body);
    }

    public async Task<(HttpStatusCode Status, string Body)> SendRawAsync(string path, string body)
    {
        using var answer = await House.SendAsync(path, body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The sentence of an error, where its wire format has it.</summary>
    public static string Message(string error) =>
        JsonDocument.Parse(error).RootElement.GetProperty("error").GetProperty("message").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await House.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private static JsonArray Of(IEnumerable<JsonObject> all) => [.. all];
}
