using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Results that say more than the rule of their call keeps. The word that must not arrive is <c>leak</c>.</summary>
public sealed class KeepAttacks
{
    private const string Rule = "allow: tool up/find, keep: [id, status, customer.name, lines.amount]";
    private const string Find = """{"name":"find","arguments":{}}""";

    public static TheoryData<string> Smuggled =>
        [
            """{"content":[{"type":"text","text":"leak"}]}""",
            """{"content":[{"type":"text","text":"\"leak\""}]}""",
            """{"content":[{"type":"text","text":"{\"id\":1} leak"}]}""",
            """{"content":[{"type":"text","text":"{\"id\":1}{\"status\":\"leak\"}"}]}""",
            """{"content":[{"type":"text","text":"{\"id\":1,\"id\":\"leak\"}"}]}""",
            """{"content":[{"type":"text","text":"{\"ID\":\"leak\",\"Status\":\"leak\"}"}]}""",
            """{"content":[{"type":"text","text":"{\"id\":1,\"note\":\"leak\"}"}]}""",
            """{"content":[{"type":"text","text":"{\"id\":1}","_meta":{"x":"leak"},"annotations":{"audience":["leak"]}}]}""",
            """{"content":[{"type":"text","text":"{\"customer\":\"leak\"}"}]}""",
            """{"content":[{"type":"text","text":"{\"customer\":{\"name\":\"a\",\"card\":\"leak\"}}"}]}""",
            """{"content":[{"type":"text","text":"{\"customer\":[[{\"name\":\"a\",\"card\":\"leak\"}],\"leak\"]}"}]}""",
            """{"content":[{"type":"text","text":"[{\"id\":1,\"x\":\"leak\"},\"leak\",[\"leak\",{\"x\":\"leak\"}]]"}]}""",
            """{"content":[{"type":"text","text":"{\"lines\":[{\"amount\":1,\"iban\":\"leak\"},\"leak\"]}"}]}""",
            """{"content":[{"type":"text","text":"// leak\n{\"id\":1}"}]}""",
            """{"content":[{"type":"image","data":"leak","mimeType":"image/png"}]}""",
            """{"content":[{"type":"resource_link","uri":"file:///leak","name":"leak"}]}""",
            """{"content":[{"type":"resource","resource":{"uri":"a://leak","text":"leak"}}]}""",
            """{"content":[{"type":"Text","text":"leak"},{"type":["text"],"text":"leak"},"leak",{"text":"leak"}]}""",
            """{"content":"leak"}""",
            """{"content":[],"structuredContent":"leak"}""",
            """{"content":[],"structuredContent":{"id":1,"note":"leak","customer":{"card":"leak"}}}""",
            """{"content":[],"structuredContent":[{"id":1,"note":"leak"},"leak"]}""",
            """{"content":[],"StructuredContent":{"id":"leak"},"note":"leak","_meta":{"leak":1}}""",
            """{"content":[{"type":"text","text":"leak"}],"isError":true,"structuredContent":{"error":"leak"}}""",
            """{"content":[],"resultType":"leak"}""",
            """{"resultType":"input_required","requestState":"leak","inputRequests":{}}""",
            """{"content":[],"inputRequests":{"a":{"method":"elicitation/create","params":{"message":"leak"}}}}""",
            """{"task":{"taskId":"leak","status":"working"}}""",
        ];

    [Theory]
    [MemberData(nameof(Smuggled))]
    public async Task Nothing_but_the_fields_that_are_kept_arrives(string result)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ResultAsync(c, upstream, result);
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            Rule + "\nallow: tool up/elicitation/create"
        );

        var answer = await house.AskAsync("tools/call", Find);

        answer.ToJsonString().ShouldNotContain("leak", Case.Insensitive);
        foreach (var entry in house.Journal.Entries)
        {
            (entry.Detail ?? "").ShouldNotContain("leak");
            foreach (var payload in entry.Payloads)
            {
                Encoding.UTF8.GetString(payload.Content.Span).ShouldNotContain("leak");
            }
        }
    }

    [Theory]
    [InlineData("""{"code":-32000,"message":"leak","data":{"rows":["leak"]}}""")]
    [InlineData("""{"code":"leak","message":"leak"}""")]
    [InlineData("""{"code":-1,"message":"a","message":"leak"}""")]
    [InlineData("\"leak\"")]
    public async Task The_words_of_an_error_do_not_arrive(string error)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ScriptedUpstream.JsonAsync(c, $$"""{"jsonrpc":"2.0","id":7,"error":{{error}}}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);

        var answer = await house.AskAsync("tools/call", Find);

        answer["error"].ShouldNotBeNull();
        answer.ToJsonString().ShouldNotContain("leak", Case.Insensitive);
    }

    [Fact]
    public async Task The_fields_that_are_kept_arrive_row_by_row_in_text_and_in_structure_alike()
    {
        const string Row =
            """{"id":7,"status":"open","note":"x","customer":{"name":"Ann","card":"1"},"lines":[{"amount":1.50,"sku":"a"},{"amount":2}]}""";
        const string Kept =
            """{"id":7,"status":"open","customer":{"name":"Ann"},"lines":[{"amount":1.50},{"amount":2}]}""";
        await using var upstream = await ScriptedUpstream.StartAsync();
        var text = JsonSerializer.Serialize($"[{Row},{Row}]");
        upstream.Answer = c =>
            ResultAsync(
                c,
                upstream,
                $$"""{"content":[{"type":"text","text":{{text}}}],"structuredContent":{{Row}},"isError":false}"""
            );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);

        var result = (await house.AskAsync("tools/call", Find))["result"]!;

        result["content"]![0]!["text"]!.GetValue<string>().ShouldBe($"[{Kept},{Kept}]");
        result["structuredContent"]!.ToJsonString().ShouldBe(Kept);
    }

    [Fact]
    public async Task What_is_no_json_is_withheld_with_a_sentence()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            ResultAsync(c, upstream, """{"content":[{"type":"text","text":"secret"},{"type":"text","text":"more"}]}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);

        var content = (await house.AskAsync("tools/call", Find))["result"]!["content"]!.AsArray();

        content.ShouldHaveSingleItem()!["text"]!
            .GetValue<string>()
            .ShouldStartWith("Bartizan withheld this: its rule keeps only the fields `customer.name`, `id`");
    }

    [Fact]
    public async Task What_a_server_says_by_the_way_carries_no_texts()
    {
        const string Said = """{"jsonrpc":"2.0","method":"notifications/""";
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            ScriptedUpstream.StreamAsync(
                c,
                "data: "
                    + Said
                    + """progress","params":{"progressToken":"t","progress":1,"total":2,"message":"leak","_meta":{"a":"leak"}}}"""
                    + "\n\n",
                "data: " + Said + """progress","params":{"progressToken":["leak"],"progress":"leak"}}""" + "\n\n",
                "data: " + Said + """message","params":{"level":"info","data":{"rows":"leak"}}}""" + "\n\n",
                "data: " + Said + """resources/updated","params":{"uri":"a://leak"}}""" + "\n\n",
                "data: " + Said + """tools/list_changed","params":{"_meta":{"leak":1}}}""" + "\n\n",
                """data: {"jsonrpc":"2.0","id":7,"result":{"content":[]}}""" + "\n\n"
            );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Find);

        using var response = await house.SendAsync(body, headers);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        text.ShouldNotContain("leak");
        text.ShouldContain("""{"progressToken":"t","progress":1,"total":2}""");
        text.ShouldContain("tools/list_changed");
    }

    [Fact]
    public async Task A_result_that_comes_again_on_another_stream_has_no_more_fields()
    {
        const string Opened =
            """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}""";
        const string Answer =
            """{"jsonrpc":"2.0","id":9,"result":{"content":[],"structuredContent":{"id":1,"x":"leak"}}}""";
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
        {
            if (c.Request.Method == "POST" && upstream.Requests.Last().Text.Contains("initialize"))
            {
                c.Response.Headers["Mcp-Session-Id"] = "s";
                return ScriptedUpstream.JsonAsync(c, $$"""{"jsonrpc":"2.0","id":1,"result":{{Opened}}}""");
            }

            return ScriptedUpstream.StreamAsync(c, $"id: 1\ndata: {Answer}\n\n");
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);
        using var opened = await house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"""
        );
        var session = opened.Headers.GetValues("Mcp-Session-Id").Single();
        using var called = await house.SendAsync(
            $$"""{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{{Find}}}""",
            r => r.Headers.Add("Mcp-Session-Id", session)
        );
        using var again = await house.SendAsync(
            null,
            r =>
            {
                r.Headers.Add("Mcp-Session-Id", session);
                r.Headers.Add("Last-Event-ID", "0");
            },
            method: HttpMethod.Get
        );

        foreach (var response in new[] { called, again })
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            text.ShouldContain("\"structuredContent\":{\"id\":1}");
            text.ShouldNotContain("leak");
        }
    }

    [Theory]
    [InlineData("""{"contents":[{"uri":"a://x","text":"leak"},{"uri":"a://x","blob":"leak"}]}""")]
    [InlineData(
        """{"contents":[{"uri":"a://x","text":"{\"id\":1,\"x\":\"leak\"}","_meta":{"x":"leak"}}],"_meta":{"x":"leak"}}"""
    )]
    public async Task A_resource_is_held_to_it_where_the_rule_covers_reading(string result)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ResultAsync(c, upstream, result);
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/**, keep: [id]");

        var answer = await house.AskAsync("resources/read", """{"uri":"a://x"}""");
        var prompt = await house.AskAsync("prompts/get", """{"name":"leaky"}""");

        answer["result"].ShouldNotBeNull();
        answer.ToJsonString().ShouldNotContain("leak");
        prompt["error"]!["message"]!.GetValue<string>().ShouldContain("no fields that could be kept");
    }

    [Fact]
    public async Task A_list_does_not_promise_a_result_that_will_not_come()
    {
        const string Tools =
            """{"tools":[{"name":"find","inputSchema":{"type":"object"},"outputSchema":{"type":"object","required":["note"]}},{"name":"free","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}}]}""";
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ResultAsync(c, upstream, Tools);
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule + "\nallow: tool up/free");

        var tools = (await house.AskAsync("tools/list", "{}"))["result"]!["tools"]!.AsArray();

        tools.Select(tool => tool!["outputSchema"] is not null).ShouldBe([false, true]);
    }

    [Fact]
    public async Task A_huge_result_is_cut_down_and_a_bottomless_one_ends()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var row = $$"""{"id":1,"x":"{{new string('y', 1000)}}"}""";
        var rows = string.Join(',', Enumerable.Repeat(row, 5000));
        upstream.Answer = c =>
            ResultAsync(c, upstream, $$$"""{"content":[],"structuredContent":{"lines":[{{{rows}}}],"id":1}}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule);

        var cut = await house.AskAsync("tools/call", Find);
        upstream.Answer = c =>
            ResultAsync(
                c,
                upstream,
                "{\"content\":[],\"structuredContent\":"
                    + string.Concat(Enumerable.Repeat("{\"id\":", 90))
                    + $"1{new string('}', 91)}"
            );
        var deep = await house.AskAsync("tools/call", Find);

        cut["result"]!["structuredContent"]!["lines"]!.AsArray().ShouldAllBe(line => line!.AsObject().Count == 0);
        deep["error"].ShouldNotBeNull();
    }

    private static Task ResultAsync(HttpContext context, ScriptedUpstream upstream, string result)
    {
        var id = JsonNode.Parse(upstream.Requests.Last().Body)!["id"]!.ToJsonString();
        return ScriptedUpstream.JsonAsync(context, $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""");
    }
}
