using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

public sealed class ToolAttackTests
{
    internal const string Allowed = """{"name":"echo","arguments":{"message":"hi"}}""";

    [Theory]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/list","Method":"tools/call","params":{"name":"delete_all"}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/list","method":"tools/call","params":{"name":"delete_all"}}"""
    )]
    [InlineData("""[{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"delete_all"}}]""")]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","Name":"delete_all","arguments":{}}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","name":"delete_all","arguments":{}}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","argument\u017f":{},"arguments":{}}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"a":1,"a":2}}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo"}}{"jsonrpc":"2.0","id":8,"method":"tools/call"}"""
    )]
    [InlineData("""{"jsonrpc":"1.0","id":7,"method":"tools/call","params":{"name":"echo"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{},"method":"tools/call","params":{"name":"echo"}}""")]
    public async Task A_message_that_two_readers_could_understand_differently_goes_nowhere(string body)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var (_, headers) = ToolsUnderTest.Stateless("tools/call", Allowed);

        using var response = await house.SendAsync(body, headers);

        ((int)response.StatusCode).ShouldBe(400);
        upstream.Requests.ShouldBeEmpty();
        house.Journal.Entries.ShouldContain(e => e.Kind == EntryKind.Refusal);
    }

    [Theory]
    [InlineData("mcp-name", "delete_all")]
    [InlineData("mcp-name", "=?base64?ZGVsZXRlX2FsbA==?=")]
    [InlineData("mcp-method", "tools/list")]
    public async Task A_header_that_disagrees_with_the_body_is_refused(string header, string value)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Allowed);

        using var response = await house.SendAsync(
            body,
            request =>
            {
                headers(request);
                request.Headers.Remove(header);
                request.Headers.TryAddWithoutValidation(header, value);
            }
        );

        ((int)response.StatusCode).ShouldBe(400);
        ((int)(await ToolsUnderTest.AnswerAsync(response))["error"]!["code"]!).ShouldBe(-32020);
        upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("host", "evil.example")]
    [InlineData("host", "127.0.0.1.evil.example")]
    [InlineData("origin", "https://evil.example")]
    [InlineData("origin", "null")]
    public async Task A_page_that_was_made_to_lead_here_is_turned_away(string header, string value)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Allowed);

        using var response = await house.SendAsync(
            body,
            request =>
            {
                headers(request);
                request.Headers.TryAddWithoutValidation(header, value);
            }
        );

        ((int)response.StatusCode).ShouldBe(403);
        upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-token-at-all")]
    [InlineData(ToolsUnderTest.OtherToken)]
    public async Task By_an_injected_listener_only_its_own_sessions_token_holds(string token)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Allowed);

        using var response = await house.SendAsync(body, headers, token: token);

        ((int)response.StatusCode).ShouldBe(401);
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_mcp_session_of_another_agents_session_is_not_there()
    {
        const string Initialize =
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}""";
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ToolCallTests.Result(c, """{"protocolVersion":"2025-11-25","capabilities":{}}""", "1");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*\nallow: tool other/*");
        var shared = house.Gateway.AttachEndpoint;
        using var opened = await house.SendAsync(Initialize, to: shared, token: ToolsUnderTest.OtherToken);
        var session = opened.Headers.GetValues("mcp-session-id").Single();

        using var mine = await house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}""",
            r => r.Headers.Add("mcp-session-id", session),
            to: shared
        );
        using var otherServer = await house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}""",
            r => r.Headers.Add("mcp-session-id", session),
            server: "other",
            to: shared,
            token: ToolsUnderTest.OtherToken
        );

        ((int)mine.StatusCode).ShouldBe(404);
        ((int)otherServer.StatusCode).ShouldBe(404);
        upstream.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("up", 200)]
    [InlineData("other", 404)]
    [InlineData("absent", 404)]
    [InlineData("up/../other", 404)]
    public async Task A_server_of_which_nothing_is_granted_is_as_one_that_is_not_there(string server, int status)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ToolCallTests.Result(c, """{"content":[]}""");
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            """
            allow: tool up/*
            deny: tool other/*
            """
        );
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Allowed);

        using var response = await house.SendAsync(body, headers, server);

        ((int)response.StatusCode).ShouldBe(status);
    }

    [Theory]
    [InlineData("malformed", "can't be read")]
    [InlineData("badid", "for another request")]
    [InlineData("huge", "too much")]
    [InlineData("endless", "too much")]
    [InlineData("hang", "too long")]
    [InlineData("silent", "too long")]
    [InlineData("wrongtype", "no answer of the protocol")]
    [InlineData("redirect", "no answer of the protocol")]
    [InlineData("cut", "without an answer|cut its answer")]
    [InlineData("refuses", "refused the credential")]
    public async Task Whatever_a_server_does_the_client_gets_an_answer_and_the_log_an_outcome(string how, string says)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => MisbehaveAsync(c, how);
        var options = new ToolGatewayOptions
        {
            MaxAnswerBytes = 256 << 10,
            SilentFor = how is "hang" or "silent" ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1),
            CallWithin = TimeSpan.FromMinutes(1),
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*", options);

        var answer = await house.AskAsync("tools/call", Allowed);

        ((int)answer["id"]!).ShouldBe(7);
        var error = (string)answer["error"]!["message"]!;
        says.Split('|').ShouldContain(one => error.Contains(one, StringComparison.Ordinal), error);
        error.ShouldNotContain(ToolsUnderTest.ServerKey);
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }

    [Fact]
    public async Task A_credential_that_a_server_gives_back_reaches_neither_client_nor_log()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            ToolCallTests.Result(c, $$"""{"content":[{"type":"text","text":"{{ToolsUnderTest.ServerKey}}"}]}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");

        var answer = await house.AskAsync("tools/call", Allowed);

        answer.ToJsonString().ShouldNotContain(ToolsUnderTest.ServerKey);
        answer.ToJsonString().ShouldContain("****");
        var kept = (await house.Journal.OutcomeAsync()).Payloads.ShouldHaveSingleItem();
        System.Text.Encoding.UTF8.GetString(kept.Content.Span).ShouldNotContain(ToolsUnderTest.ServerKey);
    }

    [Fact]
    public async Task A_kill_cuts_a_call_under_way()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = async c =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");

        var calling = house.AskAsync("tools/call", Allowed);
        await asked.Task.WaitAsync(Wait.Long);
        house.MineControl.End();

        await Should.ThrowAsync<HttpRequestException>(() => calling);
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    internal static async Task MisbehaveAsync(HttpContext context, string how)
    {
        switch (how)
        {
            case "malformed":
                await ScriptedUpstream.JsonAsync(context, """{"jsonrpc":"2.0","id":""");
                break;
            case "badid":
                await ToolCallTests.Result(context, """{"content":[]}""", "\"not-yours\"");
                break;
            case "huge":
                await ToolCallTests.Result(
                    context,
                    $$"""{"content":[{"type":"text","text":"{{new string('x', 1 << 20)}}"}]}"""
                );
                break;
            case "endless":
                await EndlessAsync(context);
                break;
            case "hang":
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "silent":
                await ScriptedUpstream.StreamAsync(context, ": waiting\n\n");
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "wrongtype":
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>login</html>");
                break;
            case "redirect":
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
                break;
            case "cut":
                await ScriptedUpstream.StreamAsync(context, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":");
                context.Abort();
                break;
            default:
                await ScriptedUpstream.JsonAsync(context, """{"error":"invalid_token"}""", 401);
                break;
        }
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        var chunk = new string('x', 64 << 10);
        try
        {
            await ScriptedUpstream.StreamAsync(context, "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":\"");
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await ScriptedUpstream.StreamAsync(context, chunk);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The gateway had enough.
        }
    }
}
