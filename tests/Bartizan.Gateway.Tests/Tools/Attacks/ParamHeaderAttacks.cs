using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Arguments that are repeated in headers (2026-07-28): what routes by the header must not see another argument.</summary>
public sealed class ParamHeaderAttacks
{
    private const string Tool = """
        {"name":"query","inputSchema":{"type":"object","properties":{
          "region":{"type":"string","x-mcp-header":"Region"},
          "limit":{"type":"integer","x-mcp-header":"Limit"},
          "dry":{"type":"boolean","x-mcp-header":"Dry"},
          "to":{"type":"object","properties":{"tenant":{"type":"string","x-mcp-header":"Tenant"}}},
          "free":{"type":"string","default":{"x-mcp-header":"No"}}}}}
        """;

    [Theory]
    [InlineData("""{"region":"eu"}""", "Region", "us")]
    [InlineData("""{"region":"eu"}""", "Region", null)]
    [InlineData("""{"region":"eu"}""", "Region", "eu,us")]
    [InlineData("""{"region":"eu"}""", "Region", "=?base64?dXM=?=")]
    [InlineData("""{"region":"eu"}""", "Region", "=?base64?ZXU?=")]
    [InlineData("""{"region":"eu"}""", "Region", "=?base64?*?=")]
    [InlineData("""{"region":"eu"}""", "Region", "EU")]
    [InlineData("""{}""", "Region", "us")]
    [InlineData("""{"limit":10}""", "Limit", "100")]
    [InlineData("""{"limit":10}""", "Limit", "ten")]
    [InlineData("""{"dry":true}""", "Dry", "false")]
    [InlineData("""{"dry":true}""", "Dry", "True")]
    [InlineData("""{"to":{"tenant":"a"}}""", "Tenant", "b")]
    public async Task A_header_that_says_another_argument_than_the_body_is_refused(
        string arguments,
        string header,
        string? value
    )
    {
        await using var upstream = await StartAsync(Tool);
        await using var house = await HouseAsync(upstream);

        var (answer, status) = await CallAsync(house, arguments, (header, value));

        (status, answer["error"]!["code"]!.GetValue<int>()).ShouldBe((400, -32020));
        upstream.Requests.ShouldAllBe(r => !r.Text.Contains("tools/call"));
        house.Journal.Only(EntryKind.Refusal).Reason!.ShouldContain($"Mcp-Param-{header}");
    }

    [Fact]
    public async Task A_header_that_is_sent_twice_is_refused()
    {
        await using var upstream = await StartAsync(Tool);
        await using var house = await HouseAsync(upstream);

        var (answer, _) = await CallAsync(house, """{"region":"eu"}""", ("Region", "eu"), ("Region", "us"));

        answer["error"].ShouldNotBeNull();
    }

    [Fact]
    public async Task The_server_is_sent_headers_that_are_written_from_the_body_and_no_others()
    {
        const string Arguments = """{"region":"e\u00fc","limit":10,"dry":false,"to":{"tenant":"a b"},"free":"x"}""";
        await using var upstream = await StartAsync(Tool);
        await using var house = await HouseAsync(upstream);

        var (answer, _) = await CallAsync(
            house,
            Arguments,
            ("Region", $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes("eü"))}?="),
            ("Limit", "10.0"),
            ("Dry", "false"),
            ("Tenant", "=?base64?YSBi?="),
            ("Free", "elsewhere"),
            ("Unheard", "of")
        );

        answer["result"].ShouldNotBeNull();
        var sent = upstream
            .Requests.Last()
            .Headers.Where(h => h.Key.StartsWith("mcp-param", StringComparison.OrdinalIgnoreCase));
        sent.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value)
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["mcp-param-region"] = "=?base64?ZcO8?=",
                    ["mcp-param-limit"] = "10",
                    ["mcp-param-dry"] = "false",
                    ["mcp-param-tenant"] = "a b",
                },
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task Arguments_that_a_person_wrote_anew_have_their_own_headers()
    {
        await using var upstream = await StartAsync(Tool);
        await using var house = await HouseAsync(upstream, "ask: tool up/query");
        var asked = 0;
        house.OnAsk = request =>
            ++asked == 1
                ? new Approval(false, request.Digest, "alice", null)
                {
                    Draft = JsonElement.Parse("""{"region":"us"}"""),
                }
                : new Approval(true, request.Digest, "alice", null);

        var (answer, _) = await CallAsync(house, """{"region":"eu"}""", ("Region", "eu"));

        answer["result"].ShouldNotBeNull();
        upstream.Requests.Last().Text.ShouldContain("\"us\"");
        upstream.Requests.Last().Headers["mcp-param-region"].ShouldBe("us");
    }

    [Theory]
    [InlineData("""{"a":{"type":"string","x-mcp-header":""}}""")]
    [InlineData("""{"a":{"type":"object","x-mcp-header":"A"}}""")]
    [InlineData("""{"a":{"type":"array","items":{"type":"string"},"x-mcp-header":"A"}}""")]
    [InlineData("""{"a":{"type":"null","x-mcp-header":"A"}}""")]
    [InlineData("""{"a":{"type":"number","x-mcp-header":"A"}}""")]
    [InlineData("""{"a":{"x-mcp-header":"A"}}""")]
    [InlineData("""{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}""")]
    [InlineData("""{"a":{"type":"string","x-mcp-header":"My Region"}}""")]
    [InlineData("""{"a":{"type":"string","x-mcp-header":"A\r\nX-Evil: 1"}}""")]
    [InlineData("""{"a":{"type":"string","x-mcp-header":"R\u00e9gion"}}""")]
    [InlineData("""{"a":{"type":"string","x-mcp-header":7}}""")]
    [InlineData("""{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}""")]
    [InlineData("""{"a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]}}""")]
    [InlineData("""{"a":{"type":"string"}},"$defs":{"x":{"type":"string","x-mcp-header":"A"}}""")]
    public async Task A_tool_whose_headers_are_forbidden_is_not_there(string properties)
    {
        var wrong = $$$"""{"name":"query","inputSchema":{"type":"object","properties":{{{properties}}}}}""";
        await using var upstream = await StartAsync(wrong);
        await using var house = await HouseAsync(upstream, list: false);

        var list = await house.AskAsync("tools/list", "{}");
        var (answer, _) = await CallAsync(house, """{"a":"x"}""");

        list["result"]!["tools"]!.AsArray().ShouldBeEmpty();
        answer["result"].ShouldNotBeNull("of a tool that no list has shown nothing is known, and nothing is repeated");
        upstream
            .Requests.Last()
            .Headers.Keys.ShouldAllBe(k => !k.StartsWith("mcp-param", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<(JsonObject Answer, int Status)> CallAsync(
        ToolsUnderTest house,
        string arguments,
        params (string Header, string? Value)[] repeated
    )
    {
        var (body, headers) = ToolsUnderTest.Stateless(
            "tools/call",
            $$"""{"name":"query","arguments":{{arguments}}}"""
        );
        using var response = await house.SendAsync(
            body,
            request =>
            {
                headers(request);
                foreach (var (header, value) in repeated.Where(r => r.Value is not null))
                {
                    request.Headers.TryAddWithoutValidation($"Mcp-Param-{header}", value);
                }
            }
        );
        return (await ToolsUnderTest.AnswerAsync(response), (int)response.StatusCode);
    }

    private static async Task<ToolsUnderTest> HouseAsync(
        ScriptedUpstream upstream,
        string rules = "allow: tool up/query",
        bool list = true
    )
    {
        var house = await ToolsUnderTest.StartAsync(upstream.Url, rules);
        if (list)
        {
            (await house.AskAsync("tools/list", "{}"))["result"]!["tools"]!.AsArray().ShouldHaveSingleItem();
        }

        return house;
    }

    private static async Task<ScriptedUpstream> StartAsync(string tool)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
        {
            var request = JsonNode.Parse(upstream.Requests.Last().Body)!;
            var result =
                (string?)request["method"] == "tools/list" ? $$"""{"tools":[{{tool}}]}""" : """{"content":[]}""";
            return ScriptedUpstream.JsonAsync(
                c,
                $$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"result":{{result}}}"""
            );
        };
        return upstream;
    }
}
