using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Tests.Model.Deciding;

/// <summary>Answers in each wire format, made of the calls that a test names.</summary>
internal static class Wires
{
    public const string Anthropic = "/v1/messages";
    public const string Chat = "/v1/chat/completions";
    public const string Responses = "/v1/responses";

    /// <summary>A stream that says `Hello` and asks for calls (name, arguments).</summary>
    public static string Stream(string path, params (string Name, string Arguments)[] calls) =>
        path switch
        {
            Anthropic => AnthropicStream(calls),
            Chat => ChatStream(calls),
            _ => ResponsesStream(calls),
        };

    /// <summary>The same as one body.</summary>
    public static string Body(string path, params (string Name, string Arguments)[] calls) =>
        (
            path switch
            {
                Anthropic => AnthropicBody(calls),
                Chat => ChatBody(calls),
                _ => new JsonObject
                {
                    ["id"] = "resp_1",
                    ["object"] = "response",
                    ["status"] = "completed",
                    ["output"] = Output(calls),
                },
            }
        ).ToJsonString();

    /// <summary>The calls that a client would find in a stream, and the text that it would show: read as the SDKs do.</summary>
    public static (List<string> Calls, string Text, string? End) Read(string path, string stream)
    {
        var calls = new SortedDictionary<int, (string Name, string Arguments)>();
        var text = "";
        string? end = null;
        foreach (var block in stream.ReplaceLineEndings("\n").Split("\n\n"))
        {
            var line = block.Split('\n').FirstOrDefault(l => l.StartsWith("data: {", StringComparison.Ordinal));
            if (line is null)
            {
                continue;
            }

            var data = JsonNode.Parse(line[6..])!;
            switch (path)
            {
                case Anthropic:
                    ReadAnthropic(data, calls, ref text, ref end);
                    break;
                case Chat:
                    ReadChat(data, calls, ref text, ref end);
                    break;
                default:
                    ReadResponses(data, calls, ref text, ref end);
                    break;
            }
        }

        return ([.. calls.Values.Select(call => $"{call.Name} {call.Arguments}")], text, end);
    }

    public static string Event(string name, JsonNode data) =>
        (name.Length > 0 ? $"event: {name}\n" : "") + $"data: {data.ToJsonString()}\n\n";

    private static void ReadAnthropic(
        JsonNode data,
        SortedDictionary<int, (string, string)> calls,
        ref string text,
        ref string? end
    )
    {
        var index = data["index"]?.GetValue<int>() ?? 0;
        switch (data["type"]!.GetValue<string>())
        {
            case "content_block_start" when data["content_block"]!["type"]!.GetValue<string>() == "tool_use":
                calls.Add(index, (data["content_block"]!["name"]!.GetValue<string>(), ""));
                break;
            case "content_block_delta":
                text += data["delta"]!["text"]?.GetValue<string>();
                if (data["delta"]!["partial_json"] is { } piece)
                {
                    calls[index] = (calls[index].Item1, calls[index].Item2 + piece.GetValue<string>());
                }

                break;
            case "message_delta":
                end = data["delta"]!["stop_reason"]!.GetValue<string>();
                break;
        }
    }

    private static void ReadChat(
        JsonNode data,
        SortedDictionary<int, (string, string)> calls,
        ref string text,
        ref string? end
    )
    {
        var choice = data["choices"]![0]!;
        text += choice["delta"]?["content"]?.GetValue<string>();
        end = choice["finish_reason"]?.GetValue<string>() ?? end;
        foreach (var call in choice["delta"]?["tool_calls"]?.AsArray() ?? [])
        {
            var index = call!["index"]!.GetValue<int>();
            var (name, arguments) = calls.GetValueOrDefault(index, ("", ""));
            calls[index] = (
                name + call["function"]!["name"]?.GetValue<string>(),
                arguments + call["function"]!["arguments"]?.GetValue<string>()
            );
        }
    }

    private static void ReadResponses(
        JsonNode data,
        SortedDictionary<int, (string, string)> calls,
        ref string text,
        ref string? end
    )
    {
        switch (data["type"]!.GetValue<string>())
        {
            case "response.output_item.done" when data["item"]!["type"]!.GetValue<string>() == "function_call":
                calls.Add(
                    data["output_index"]!.GetValue<int>(),
                    (data["item"]!["name"]!.GetValue<string>(), data["item"]!["arguments"]!.GetValue<string>())
                );
                break;
            case "response.output_text.delta":
                text += data["delta"]!.GetValue<string>();
                break;
            case "response.completed":
                end = string.Join(
                    ',',
                    data["response"]!["output"]!.AsArray().Select(i => i!["type"]!.GetValue<string>())
                );
                break;
        }
    }

    private static string AnthropicStream((string Name, string Arguments)[] calls)
    {
        var stream = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: ping
            data: {"type": "ping"}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}


            """;
        for (var i = 0; i < calls.Length; i++)
        {
            stream += Event(
                "content_block_start",
                new JsonObject
                {
                    ["type"] = "content_block_start",
                    ["index"] = i + 1,
                    ["content_block"] = new JsonObject
                    {
                        ["type"] = "tool_use",
                        ["id"] = $"toolu_{i}",
                        ["name"] = calls[i].Name,
                        ["input"] = new JsonObject(),
                    },
                }
            );
            foreach (var piece in calls[i].Arguments.Chunk(7).Select(c => new string(c)).Prepend(""))
            {
                stream += Event(
                    "content_block_delta",
                    new JsonObject
                    {
                        ["type"] = "content_block_delta",
                        ["index"] = i + 1,
                        ["delta"] = new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = piece },
                    }
                );
            }

            stream += Event(
                "content_block_stop",
                new JsonObject { ["type"] = "content_block_stop", ["index"] = i + 1 }
            );
        }

        var reason = calls.Length > 0 ? "tool_use" : "end_turn";
        return stream
            + Event(
                "message_delta",
                JsonNode.Parse(
                    $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}","stop_sequence":null},"usage":{"output_tokens":9}}"""
                )!
            )
            + Event("message_stop", new JsonObject { ["type"] = "message_stop" });
    }

    private static string ChatStream((string Name, string Arguments)[] calls)
    {
        var stream = Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "Hello" });
        for (var i = 0; i < calls.Length; i++)
        {
            stream += Chunk(
                new JsonObject
                {
                    ["tool_calls"] = new JsonArray(
                        new JsonObject
                        {
                            ["index"] = i,
                            ["id"] = $"call_{i}",
                            ["type"] = "function",
                            ["function"] = new JsonObject { ["name"] = calls[i].Name, ["arguments"] = "" },
                        }
                    ),
                }
            );
            foreach (var piece in calls[i].Arguments.Chunk(7).Select(c => new string(c)))
            {
                stream += Chunk(
                    new JsonObject
                    {
                        ["tool_calls"] = new JsonArray(
                            new JsonObject
                            {
                                ["index"] = i,
                                ["function"] = new JsonObject { ["arguments"] = piece },
                            }
                        ),
                    }
                );
            }
        }

        return stream + Chunk([], calls.Length > 0 ? "tool_calls" : "stop") + "data: [DONE]\n\n";

        static string Chunk(JsonObject delta, string? finish = null) =>
            Event(
                "",
                new JsonObject
                {
                    ["id"] = "chatcmpl-1",
                    ["object"] = "chat.completion.chunk",
                    ["choices"] = new JsonArray(
                        new JsonObject
                        {
                            ["index"] = 0,
                            ["delta"] = delta,
                            ["finish_reason"] = finish,
                        }
                    ),
                }
            );
    }

    private static string ResponsesStream((string Name, string Arguments)[] calls)
    {
        var number = 0;
        var stream = Say("response.created", """{"response":{"id":"resp_1","status":"in_progress","output":[]}}""");
        stream += Say(
            "response.output_item.added",
            """{"output_index":0,"item":{"id":"msg_0","type":"message","status":"in_progress","role":"assistant","content":[]}}"""
        );
        stream += Say(
            "response.output_text.delta",
            """{"item_id":"msg_0","output_index":0,"content_index":0,"delta":"Hello"}"""
        );
        var output = Output(calls);
        stream += Say("response.output_item.done", $$"""{"output_index":0,"item":{{output[0]!.ToJsonString()}}}""");
        for (var i = 0; i < calls.Length; i++)
        {
            var begun = output[i + 1]!.DeepClone();
            begun["arguments"] = "";
            stream += Say(
                "response.output_item.added",
                $$"""{"output_index":{{i + 1}},"item":{{begun.ToJsonString()}}}"""
            );
            foreach (var piece in calls[i].Arguments.Chunk(7).Select(c => JsonSerializer.Serialize(new string(c))))
            {
                stream += Say(
                    "response.function_call_arguments.delta",
                    $$"""{"item_id":"fc_{{i}}","output_index":{{i + 1}},"delta":{{piece}}}"""
                );
            }

            stream += Say(
                "response.function_call_arguments.done",
                $$"""{"item_id":"fc_{{i}}","output_index":{{i + 1}},"arguments":{{JsonSerializer.Serialize(calls[i].Arguments)}}}"""
            );
            stream += Say(
                "response.output_item.done",
                $$"""{"output_index":{{i + 1}},"item":{{output[i + 1]!.ToJsonString()}}}"""
            );
        }

        return stream
            + Say(
                "response.completed",
                $$"""{"response":{"id":"resp_1","status":"completed","output":{{output.ToJsonString()}},"usage":{"input_tokens":3,"output_tokens":4} } }"""
            );

        string Say(string type, string members)
        {
            var node = JsonNode.Parse(members)!.AsObject();
            node["type"] = type;
            node["sequence_number"] = number++;
            return Event(type, node);
        }
    }

    private static JsonObject AnthropicBody((string Name, string Arguments)[] calls)
    {
        var content = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "Hello" });
        foreach (var (name, arguments) in calls)
        {
            content.Add(
                new JsonObject
                {
                    ["type"] = "tool_use",
                    ["id"] = "toolu_1",
                    ["name"] = name,
                    ["input"] = JsonNode.Parse(arguments),
                }
            );
        }

        return new JsonObject
        {
            ["id"] = "msg_1",
            ["content"] = content,
            ["stop_reason"] = calls.Length > 0 ? "tool_use" : "end_turn",
        };
    }

    private static JsonObject ChatBody((string Name, string Arguments)[] calls) =>
        new()
        {
            ["id"] = "chatcmpl-1",
            ["choices"] = new JsonArray(
                new JsonObject
                {
                    ["index"] = 0,
                    ["message"] = new JsonObject
                    {
                        ["role"] = "assistant",
                        ["content"] = "Hello",
                        ["tool_calls"] = new JsonArray([
                            .. calls.Select(call => new JsonObject
                            {
                                ["id"] = "call_1",
                                ["type"] = "function",
                                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
                            }),
                        ]),
                    },
                    ["finish_reason"] = calls.Length > 0 ? "tool_calls" : "stop",
                }
            ),
        };

    private static JsonArray Output((string Name, string Arguments)[] calls) =>
        [
            new JsonObject
            {
                ["id"] = "msg_0",
                ["type"] = "message",
                ["status"] = "completed",
                ["role"] = "assistant",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = "Hello" }),
            },
            .. calls.Select(
                (call, i) =>
                    new JsonObject
                    {
                        ["id"] = $"fc_{i}",
                        ["type"] = "function_call",
                        ["call_id"] = $"call_{i}",
                        ["name"] = call.Name,
                        ["arguments"] = call.Arguments,
                    }
            ),
        ];
}
