using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Model.Answers;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>Tool calls and tokens are found on every wire, however the bytes are cut, and in bounded memory.</summary>
public sealed class AnswerReadingTests
{
    private const string ChatStream = """
        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"bash","arguments":""}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"name":"read","arguments":"{}"}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"c\":"}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}

        data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":8}}

        data: [DONE]


        """;

    private const string ResponsesStream = """
        event: response.created
        data: {"type":"response.created","response":{"id":"resp_9","usage":null}}

        event: response.output_item.done
        data: {"type":"response.output_item.done",
        data: "item":{"type":"function_call","name":"echo","namespace":"mcp__all","arguments":"{\"a\":1}"}}

        event: response.output_item.done
        data: {"type":"response.output_item.done","item":{"type":"web_search_call","action":{"query":"q"}}}

        event: response.completed
        data: {"type":"response.completed","response":{"id":"resp_9","usage":{"input_tokens":3,"output_tokens":4}}}


        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void A_chat_stream_is_read_whatever_the_cuts(int size)
    {
        var outcome = Read(ModelApi.OpenAI, "/v1/chat/completions", "text/event-stream", ChatStream, size);

        outcome.ToolCalls.ShouldBe(["bash", "read"]);
        outcome.Usage!.InputTokens.ShouldBe(7);
        outcome.Usage.OutputTokens.ShouldBe(8);
        Text(outcome, 1)
            .ShouldBe("""[{"name":"bash","arguments":"{\u0022c\u0022:1}"},{"name":"read","arguments":"{}"}]""");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void A_responses_stream_is_read_whatever_ends_its_lines(string end)
    {
        var stream = ResponsesStream.ReplaceLineEndings(end);

        var outcome = Read(ModelApi.OpenAI, "/v1/responses", "text/event-stream", stream, 5);

        outcome.ToolCalls.ShouldBe(["mcp__all__echo", "web_search"]);
        outcome.Usage!.InputTokens.ShouldBe(3);
        outcome.Usage.OutputTokens.ShouldBe(4);
    }

    [Fact]
    public void Whole_bodies_are_read_on_every_wire()
    {
        Read(
            ModelApi.Anthropic,
            "/v1/messages",
            "application/json",
            """{"content":[{"type":"text","text":"x"},{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}"""
        )
            .ToolCalls.ShouldBe(["Bash"]);
        Read(
            ModelApi.OpenAI,
            "/v1/chat/completions",
            "application/json",
            """{"choices":[{"message":{"tool_calls":[{"function":{"name":"a"}},{"function":{"name":"b"}}]}}]}"""
        )
            .ToolCalls.ShouldBe(["a", "b"]);
        Read(
            ModelApi.OpenAI,
            "/v1/responses",
            "application/json",
            """{"id":"resp_1","output":[{"type":"custom_tool_call","name":"apply_patch","input":"*** Begin"}]}"""
        )
            .ToolCalls.ShouldBe(["apply_patch"]);
    }

    [Fact]
    public void An_endless_event_is_passed_over_in_bounded_memory()
    {
        var stream = "data: {\"x\":\"" + new string('x', 3 << 20) + "data: {}\"}\n\n" + ChatStream;

        var outcome = Read(ModelApi.OpenAI, "/v1/chat/completions", "text/event-stream", stream, 4096);

        outcome.ToolCalls.ShouldBe(["bash", "read"]);
        outcome.Payloads[0].Content.Length.ShouldBe(1000);
        outcome.Detail.ShouldEndWith("not all of it read");
    }

    [Fact]
    public void More_tool_calls_than_the_bound_are_not_kept()
    {
        var call = """{"function":{"name":"a","arguments":"{}"}}""";
        var calls = string.Join(',', Enumerable.Repeat(call, 1000));
        var body = """{"choices":[{"message":{"tool_calls":[CALLS]}}]}""".Replace(
            "CALLS",
            calls,
            StringComparison.Ordinal
        );

        Read(ModelApi.OpenAI, "/v1/chat/completions", "application/json", body)
            .ToolCalls.Length.ShouldBe(AnswerNotes.MaxToolCalls);
    }

    [Theory]
    [InlineData("""{"a":"b"}""", true)]
    [InlineData("""{"a":"}"}""", true)]
    [InlineData("""{"a":"\"}"}""", true)]
    [InlineData("""{"a":"\\"}""", true)]
    [InlineData(" [1,2] \n", true)]
    [InlineData("null", true)]
    [InlineData("12", true)]
    [InlineData("", false)]
    [InlineData("""{"a":"b""", false)]
    [InlineData("""{"a":"b\""", false)]
    [InlineData("""{"a":{"b":1}""", false)]
    [InlineData("""{"a":1}}""", false)]
    public void A_json_body_is_whole_or_it_isnt(string json, bool whole)
    {
        foreach (var size in new[] { 1, 3, 1000 })
        {
            var balance = new JsonBalance();
            foreach (var chunk in Encoding.UTF8.GetBytes(json).Chunk(size))
            {
                balance.Read(chunk);
            }

            balance.IsComplete.ShouldBe(whole);
        }
    }

    private static string Text(Outcome outcome, int payload) =>
        Encoding.UTF8.GetString(outcome.Payloads[payload].Content.Span);

    private static Outcome Read(ModelApi api, string path, string type, string answer, int size = 1000)
    {
        using var reader = new AnswerReader(api, path, 200, type, encoded: false, keptBytes: 1000);
        foreach (var chunk in Encoding.UTF8.GetBytes(answer).Chunk(size))
        {
            reader.Read(chunk);
        }

        reader.IsComplete.ShouldBeTrue();
        return reader.ToOutcome(OutcomeKind.Done, "200", 0);
    }
}
