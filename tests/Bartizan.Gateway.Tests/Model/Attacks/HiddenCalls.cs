using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model.Deciding;

namespace Bartizan.Gateway.Tests.Model.Attacks;

/// <summary>Streams that hide a call, each by what it does.</summary>
public static class HiddenCalls
{
    private const string Start =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n";

    private const string Rm = """{"type":"tool_use","id":"t","name":"bash","input":{"command":"rm -r src"}}""";

    /// <summary>Name, path, stream.</summary>
    public static TheoryData<string, string, string> Streams =>
        new()
        {
            {
                "a_block_of_a_type_nobody_knows",
                Wires.Anthropic,
                Start + Block(0, Rm.Replace("tool_use", "tool_use_v2", StringComparison.Ordinal))
            },
            {
                "a_block_without_a_type",
                Wires.Anthropic,
                Start + Block(0, """{"name":"bash","input":{"command":"rm -r src"}}""")
            },
            {
                "a_call_in_the_start_of_the_message",
                Wires.Anthropic,
                Say("message_start", $$"""{"type":"message_start","message":{"content":[{{Rm}}] } }""")
            },
            {
                "two_blocks_with_one_index",
                Wires.Anthropic,
                Start + Block(0, """{"type":"text","text":""}""") + Block(0, Rm)
            },
            {
                "a_block_within_a_block",
                Wires.Anthropic,
                Start
                    + Say(
                        "content_block_start",
                        """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""
                    )
                    + Block(1, Rm)
            },
            {
                "a_call_after_message_stop",
                Wires.Anthropic,
                Start + Say("message_stop", """{"type":"message_stop"}""") + Block(0, Rm)
            },
            {
                "arguments_in_a_block_of_text",
                Wires.Anthropic,
                Start
                    + Say(
                        "content_block_start",
                        """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""
                    )
                    + Say(
                        "content_block_delta",
                        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"command\":\"rm -r src\"}"}}"""
                    )
            },
            {
                "a_type_that_is_not_the_events_name",
                Wires.Anthropic,
                Start + Block(0, Rm).Replace("event: content_block_start", "event: ping", StringComparison.Ordinal)
            },
            {
                "the_type_twice",
                Wires.Anthropic,
                Start
                    + Block(
                        0,
                        Rm.Replace(
                            "{\"type\":\"tool_use\"",
                            "{\"type\":\"tool_use\",\"type\":\"text\"",
                            StringComparison.Ordinal
                        )
                    )
            },
            {
                "the_type_in_capitals",
                Wires.Anthropic,
                Start
                    + Block(
                        0,
                        Rm.Replace(
                            "{\"type\":\"tool_use\"",
                            "{\"type\":\"text\",\"Type\":\"tool_use\"",
                            StringComparison.Ordinal
                        )
                    )
            },
            {
                "the_block_in_capitals",
                Wires.Anthropic,
                Start
                    + Say(
                        "content_block_start",
                        $$"""{"type":"content_block_start","index":0,"Content_Block":{{Rm}},"content_block":{"type":"text","text":""} }"""
                    )
            },
            {
                "two_lines_of_data",
                Wires.Anthropic,
                Start
                    + "data: {\"type\":\"ping\",\"x\":\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                    + Rm
                    + "}\ndata: }\n\n"
            },
            { "a_mark_of_byte_order", Wires.Anthropic, "\ufeff" + Start + Block(0, Rm) },
            { "no_stream_at_all_but_a_body", Wires.Anthropic, $$"""{"content":[{{Rm}}]}""" },
            { "an_event_without_its_blank_line", Wires.Anthropic, Start + Block(0, Rm).TrimEnd() },
            {
                "a_call_that_never_ends",
                Wires.Anthropic,
                Start
                    + Say(
                        "content_block_start",
                        $$"""{"type":"content_block_start","index":0,"content_block":{{Rm}}}"""
                    )
            },
            {
                "pieces_that_say_otherwise_than_the_start",
                Wires.Anthropic,
                Start
                    + Say(
                        "content_block_start",
                        """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":"bash","input":{"command":"ls"}}}"""
                    )
                    + Say(
                        "content_block_delta",
                        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"command\":\"rm -r src\"}"}}"""
                    )
                    + Say("content_block_stop", """{"type":"content_block_stop","index":0}""")
            },
            {
                "a_half_of_a_character_in_the_name",
                Wires.Anthropic,
                Start + Block(0, Rm.Replace("\"bash\"", "\"\\ud800\"", StringComparison.Ordinal))
            },
            {
                "a_call_in_an_event_nobody_knows",
                Wires.Anthropic,
                Start + Say("message_extra", $$"""{"type":"message_extra","block":{{Rm}}}""")
            },
            {
                "a_name_in_two_pieces",
                Wires.Chat,
                Delta(Piece("ba", "")) + Delta(Piece("sh", "{\"command\":\"rm -r src\"}")) + Finish
            },
            {
                "a_call_without_an_index",
                Wires.Chat,
                Delta(
                    Piece("bash", "{\"command\":\"rm -r src\"}").Replace("\"index\":0,", "", StringComparison.Ordinal)
                ) + Finish
            },
            {
                "two_calls_with_one_index",
                Wires.Chat,
                Delta(Piece("bash", "{\"command\":\"ls\"}"))
                    + Delta(
                        Piece("bash", "{\"command\":\"rm -r src\"}")
                            .Replace("call_0", "call_1", StringComparison.Ordinal)
                    )
                    + Finish
            },
            {
                "a_call_after_the_finish",
                Wires.Chat,
                Delta("{\"content\":\"x\"}")
                    + Finish.Replace("data: [DONE]\n\n", "", StringComparison.Ordinal)
                    + Delta(Piece("bash", "{\"command\":\"rm -r src\"}"))
                    + "data: [DONE]\n\n"
            },
            {
                "a_call_after_the_end",
                Wires.Chat,
                Delta("{\"content\":\"x\"}") + Finish + Delta(Piece("bash", "{\"command\":\"rm -r src\"}"))
            },
            {
                "a_call_in_the_message_of_a_stream",
                Wires.Chat,
                "data: {\"choices\":[{\"index\":0,\"message\":"
                    + Piece("bash", "{\"command\":\"rm -r src\"}")
                    + "}]}\n\ndata: [DONE]\n\n"
            },
            {
                "a_call_beside_the_choices",
                Wires.Chat,
                "data: {\"choices\":[],\"tool_calls\":[{\"function\":{\"name\":\"bash\",\"arguments\":\"{}\"}}]}\n\n"
            },
            {
                "a_call_in_a_field_nobody_knows",
                Wires.Chat,
                Delta("{\"toolCalls\":[{\"function\":{\"name\":\"bash\",\"arguments\":\"{}\"}}]}") + Finish
            },
            { "calls_that_no_finish_follows", Wires.Chat, Delta(Piece("bash", "{\"command\":\"rm -r src\"}")) },
            {
                "a_call_that_is_two_kinds_at_once",
                Wires.Chat,
                Delta(
                    """{"tool_calls":[{"index":0,"function":{"name":"bash","arguments":"{\"command\":\"ls\"}"},"custom":{"name":"bash","input":"rm"}}]}"""
                ) + Finish
            },
            {
                "pieces_that_say_otherwise_than_the_end",
                Wires.Responses,
                Say("response.output_item.added", Item("added", "ls", ""))
                    + Say(
                        "response.function_call_arguments.delta",
                        """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"command\":\"rm -r src\"}"}"""
                    )
                    + Say("response.output_item.done", Item("done", "ls"))
            },
            {
                "pieces_of_a_call_that_never_began",
                Wires.Responses,
                Say(
                    "response.function_call_arguments.done",
                    """{"type":"response.function_call_arguments.done","output_index":0,"name":"bash","arguments":"{\"command\":\"rm -r src\"}"}"""
                )
            },
            {
                "an_item_that_ends_twice",
                Wires.Responses,
                Say("response.output_item.done", Item("done", "rm -r src"))
                    + Say("response.output_item.done", Item("done", "rm -r src"))
            },
            {
                "an_item_that_changes_its_type",
                Wires.Responses,
                Say("response.output_item.added", Item("added", "ls", ""))
                    + Say(
                        "response.output_item.done",
                        Item("done", "rm -r src").Replace("function_call", "message", StringComparison.Ordinal)
                    )
            },
            {
                "a_call_after_the_last_event",
                Wires.Responses,
                Say("response.completed", """{"type":"response.completed","response":{"output":[]}}""")
                    + Say("response.output_item.done", Item("done", "rm -r src"))
            },
            {
                "arguments_and_input_at_once",
                Wires.Responses,
                Say(
                    "response.output_item.done",
                    Item("done", "ls").Replace("\"name\"", "\"input\":\"rm -r src\",\"name\"", StringComparison.Ordinal)
                )
            },
            {
                "an_item_without_a_place",
                Wires.Responses,
                Say(
                    "response.output_item.done",
                    Item("done", "rm -r src").Replace("\"output_index\":0,", "", StringComparison.Ordinal)
                )
            },
        };

    internal static string Finish =>
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n";

    private static string Say(string type, string data) => $"event: {type}\ndata: {data}\n\n";

    private static string Block(int index, string block) =>
        Say("content_block_start", $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""")
        + Say("content_block_stop", $$"""{"type":"content_block_stop","index":{{index}}}""");

    internal static string Delta(string delta) => $"data: {{\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n";

    internal static string Piece(string name, string arguments) =>
        new JsonObject
        {
            ["tool_calls"] = new JsonArray(
                new JsonObject
                {
                    ["index"] = 0,
                    ["id"] = "call_0",
                    ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments },
                }
            ),
        }.ToJsonString();

    private static string Item(string end, string command, string? arguments = null) =>
        new JsonObject
        {
            ["type"] = $"response.output_item.{end}",
            ["output_index"] = 0,
            ["item"] = new JsonObject
            {
                ["id"] = "fc_0",
                ["type"] = "function_call",
                ["name"] = "bash",
                ["arguments"] = arguments ?? new JsonObject { ["command"] = command }.ToJsonString(),
            },
        }.ToJsonString();
}
