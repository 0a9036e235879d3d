using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>What a manifest keeps from models doesn't reach the upstream; what is decided and kept is what the agent sent.</summary>
public sealed class RedactedRequestTests
{
    private const string Mail = "carla.gomez@gomez-bank.com";
    private const string Gemini = "/v1beta/models/gemini-2.5-pro:generateContent";
    private const string Redact = "{ model: { personal_data: redact } }";

    public static TheoryData<string, string> Requests =>
        new()
        {
            { "/v1/messages", """{"model":"claude-1","messages":[{"role":"user","content":"I am MAIL"}]}""" },
            {
                "/v1/messages/count_tokens",
                """{"model":"claude-1","messages":[{"role":"user","content":"I am MAIL"}]}"""
            },
            { "/v1/chat/completions", """{"model":"gpt-5","messages":[{"role":"user","content":"I am MAIL"}]}""" },
            { "/v1/responses", """{"model":"gpt-5","input":"I am MAIL"}""" },
            { "/v1/embeddings", """{"model":"text-1","input":["I am MAIL"]}""" },
            { Gemini, """{"contents":[{"role":"user","parts":[{"text":"I am MAIL"}]}]}""" },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task The_upstream_gets_a_placeholder_and_the_log_keeps_what_the_agent_sent(string path, string request)
    {
        var body = request.Replace("MAIL", Mail, StringComparison.Ordinal);
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream, Redact);

        (await SendAsync(house, path, body)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(house, path, body)).ShouldBe(HttpStatusCode.OK);

        upstream
            .Requests.Select(one => one.Text)
            .ShouldAllBe(sent => sent == request.Replace("MAIL", "[email-1]", StringComparison.Ordinal));
        var intent = house.Journal.Entries.First(entry => entry.Kind == EntryKind.Intent);
        Encoding.UTF8.GetString(intent.Payloads[0].Content.Span).ShouldBe(body);
        intent.Detail!.ShouldContain("personal_data/1 to model 0.90 of 0.75 redact (1 email)");
        house.Journal.Entries.ShouldAllBe(entry => !(entry.Detail ?? "").Contains("carla", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_blocked_is_not_sent()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream, "{ model: { personal_data: block } }");

        (await SendAsync(house, "/v1/responses", $$"""{"model":"gpt-5","input":"I am {{Mail}}"}""")).ShouldBe(
            HttpStatusCode.Forbidden
        );

        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Marks_go_around_what_is_left_and_a_budget_reserves_for_what_is_sent()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(
            upstream,
            "{ input: { spotlight: delimit }, output: { canaries: block }, model: { personal_data: redact } }",
            "budgets: { session: { model_tokens: 100k } }"
        );
        var mails = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"{i}@io.io"));
        var body = $$"""
            {"model":"claude-1","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"{{mails}}"}]}]}
            """;

        (await SendAsync(house, "/v1/messages", body)).ShouldBe(HttpStatusCode.OK);

        var sent = upstream.Requests.Single();
        var result = (string)JsonNode.Parse(sent.Text)!["messages"]![0]!["content"]![0]!["content"]!;
        result.ShouldStartWith($"[{house.Mine.Marks.Boundary}-");
        result.ShouldContain("[email-1] [email-2]");
        result.ShouldNotContain("@");
        sent.Text.ShouldContain(house.Mine.Marks.Canary);
        house.Journal.Only(EntryKind.Intent).Spend!.Tokens.ShouldBeGreaterThan(sent.Body.Length);
    }

    private static Task<GatewayUnderTest> StartAsync(ScriptedUpstream upstream, string guards, string rest = "") =>
        GatewayUnderTest.StartAsync(
            upstream.Url,
            manifest: GatewayUnderTest
                .Manifest(upstream.Url, $"guards: {guards}\n{rest}")
                .Replace(
                    "credentials:",
                    $"  gemini: {{ api: gemini, url: \"{upstream.Url}\", with: provider-key }}\ncredentials:",
                    StringComparison.Ordinal
                )
                .Replace(
                    "rules:",
                    "rules:\n  - { allow: \"model gemini/*\", why: Tests call it. }",
                    StringComparison.Ordinal
                )
        );

    private static async Task<HttpStatusCode> SendAsync(GatewayUnderTest house, string path, string body)
    {
        using var answer = await house.SendAsync(path, body);
        return answer.StatusCode;
    }
}
