using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Code;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Tools;

namespace Bartizan.Gateway.Tests.Code;

/// <summary>The code tool as clients meet it: a tool like another one, whose calls are decided before anything runs.</summary>
public sealed class CodeTests
{
    private const string Hello = """{"language":"python","code":"print('hello')"}""";

    [Fact]
    public async Task What_was_decided_runs_under_its_passage_and_the_client_gets_streams_and_exit_code()
    {
        await using var under = await CodeUnderTest.StartAsync();
        under.Answer = static (_, _) =>
            Task.FromResult(
                new CodeResult(CodeEnding.Exited, 3, CodeUnderTest.Stream("hello"), CodeUnderTest.Stream("oh", more: 5))
            );

        var answer = await under.CallAsync("""{"language":"python","code":"print('hello')","stdin":"in"}""");

        var (call, passage) = under.Ran.ShouldHaveSingleItem();
        call.Language.ShouldBe("python");
        Encoding.UTF8.GetString(call.Code.Span).ShouldBe("print('hello')");
        Encoding.UTF8.GetString(call.Input.Span).ShouldBe("in");
        var intent = under.House.Journal.Entries.Single(e => e.Kind == EntryKind.Intent);
        intent.Target.ShouldBe("code/run");
        passage.ShouldBeGreaterThan(0);
        intent.Passage.ShouldBe(passage);
        var value = answer["result"]!["structuredContent"]!;
        value
            .ToJsonString()
            .ShouldBe("""{"exit_code":3,"ended":"by itself","stdout":"hello","stderr":"oh","stderr_bytes":7}""");
        JsonNode
            .Parse((string)answer["result"]!["content"]![0]!["text"]!)!
            .ToJsonString()
            .ShouldBe(value.ToJsonString());
        ((bool)answer["result"]!["isError"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task The_list_has_the_one_tool_its_languages_and_what_it_can_t_do()
    {
        await using var under = await CodeUnderTest.StartAsync();

        var tool = (await under.House.AskAsync("tools/list", "{}", server: "code"))["result"]!["tools"]!
            .AsArray()
            .ShouldHaveSingleItem()!;

        ((string?)tool["name"]).ShouldBe("run");
        ((string)tool["description"]!).ShouldContain("It has no network.");
        ((string)tool["description"]!).ShouldContain("It sees no files of the workspace");
        tool["inputSchema"]!["properties"]!["language"]!["enum"]!.ToJsonString().ShouldBe("""["bash","python"]""");
        tool["inputSchema"]!["additionalProperties"]!.ToJsonString().ShouldBe("false");
    }

    [Fact]
    public async Task All_servers_together_have_it_too()
    {
        await using var under = await CodeUnderTest.StartAsync();

        var answer = await under.House.AskAsync(
            "tools/call",
            $$"""{"name":"code__run","arguments":{{Hello}}}""",
            server: ""
        );

        answer["result"]!["structuredContent"]!["stdout"]!.GetValue<string>().ShouldBe("print('hello')");
    }

    [Theory]
    [InlineData("deny: tool code/run\nallow: tool other/*")]
    [InlineData("allow: tool code/run, args: { language: { in: [bash] }, code: { max_length: 100 } }")]
    [InlineData("allow: tool code/run, args: { language: { in: [python] }, code: { max_length: 5 } }")]
    [InlineData("allow: tool code/other")]
    [InlineData("ask: tool code/run")]
    public async Task Nothing_runs_that_a_rule_doesn_t_let(string rules)
    {
        await using var under = await CodeUnderTest.StartAsync(rules);

        var answer = await under.CallAsync(Hello);

        answer.ToJsonString().ShouldContain("error");
        under.Ran.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_is_asked_sees_the_code_and_only_that_code_runs()
    {
        await using var under = await CodeUnderTest.StartAsync("ask: tool code/run");
        ApprovalRequest? asked = null;
        under.House.OnAsk = request =>
        {
            asked = request;
            return new Approval(true, request.Digest, "alice", null);
        };

        (await under.CallAsync(Hello))["result"]!["structuredContent"].ShouldNotBeNull();

        asked!.Action.Arguments.GetProperty("code").GetString().ShouldBe("print('hello')");
        Encoding.UTF8.GetString(under.Ran.ShouldHaveSingleItem().Call.Code.Span).ShouldBe("print('hello')");
    }

    [Theory]
    [InlineData("""{"language":"ruby","code":"1"}""")]
    [InlineData("""{"language":"python"}""")]
    [InlineData("""{"code":"1"}""")]
    [InlineData("""{"language":"python","code":["1"]}""")]
    [InlineData("""{"language":"python","code":"1","stdin":1}""")]
    [InlineData("""{"language":"python","code":"1","Code":"2"}""")]
    [InlineData("""{"language":"python","code":"1","env":{"A":"b"}}""")]
    [InlineData("""{"language":"python","code":"\ud800"}""")]
    public async Task Arguments_that_are_none_of_its_run_nothing(string arguments)
    {
        await using var under = await CodeUnderTest.StartAsync();

        var answer = (await under.CallAsync(arguments)).ToJsonString();

        under.Ran.ShouldBeEmpty();
        (
            answer.Contains("\"error\"", StringComparison.Ordinal)
            || answer.Contains("\"isError\":true", StringComparison.Ordinal)
        ).ShouldBeTrue(answer);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_no_other_one()
    {
        await using var under = await CodeUnderTest.StartAsync();
        var (started, ended) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        under.Answer = async (call, cancellation) =>
        {
            started.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException)
            {
                ended.Release();
                throw;
            }

            return CodeUnderTest.Wrote("");
        };
        var call = Call(7);
        var other = Call(8);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        await started.WaitAsync(TestContext.Current.CancellationToken);

        using var said = await under.SayAsync(
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"""
        );

        await ended.WaitAsync(TestContext.Current.CancellationToken);
        (await call).ShouldContain("cancelled");
        other.IsCompleted.ShouldBeFalse();
        under.House.MineControl.End();
        await ended.WaitAsync(TestContext.Current.CancellationToken);

        async Task<string> Call(int id)
        {
            using var answer = await under.SayAsync(
                """{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"run","arguments":ARGUMENTS}}"""
                    .Replace("ID", $"{id}", StringComparison.Ordinal)
                    .Replace("ARGUMENTS", Hello, StringComparison.Ordinal)
            );
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_takes_its_call_with_it()
    {
        await using var under = await CodeUnderTest.StartAsync();
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        under.Answer = async (_, cancellation) =>
        {
            started.SetResult();
            await using var registered = cancellation.Register(ended.SetResult);
            await Task.Delay(Timeout.Infinite, cancellation);
            return CodeUnderTest.Wrote("");
        };
        using var gone = new CancellationTokenSource();
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", $$"""{"name":"run","arguments":{{Hello}}}""");
        var call = under.House.SendAsync(body, headers, "code", gone: gone.Token);
        await started.Task.WaitAsync(TestContext.Current.CancellationToken);

        await gone.CancelAsync();

        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Fact]
    public async Task More_calls_than_it_has_room_for_are_told_so_and_there_is_room_again_later()
    {
        await using var under = await CodeUnderTest.StartAsync();
        var (started, go) = (new SemaphoreSlim(0), new TaskCompletionSource());
        under.Answer = async (_, cancellation) =>
        {
            started.Release();
            await go.Task.WaitAsync(cancellation);
            return CodeUnderTest.Wrote("");
        };
        Task<JsonObject>[] calls = [.. Enumerable.Range(0, 4).Select(_ => under.CallAsync(Hello))];
        foreach (var _ in calls)
        {
            await started.WaitAsync(TestContext.Current.CancellationToken);
        }

        (await under.CallAsync(Hello)).ToJsonString().ShouldContain("Too much code");
        go.SetResult();
        await Task.WhenAll(calls);
        (await under.CallAsync(Hello)).ToJsonString().ShouldContain("by itself");
    }

    [Theory]
    [InlineData("aü", 2, "a")]
    [InlineData("a€", 3, "a")]
    [InlineData("a😀", 4, "a")]
    [InlineData("a😀", 5, "a😀")]
    [InlineData("aü", 3, "aü")]
    public async Task A_cut_leaves_off_the_character_that_it_went_through(string text, int kept, string shown)
    {
        await using var under = await CodeUnderTest.StartAsync();
        under.Answer = (_, _) =>
            Task.FromResult(
                new CodeResult(
                    CodeEnding.TooMuchOutput,
                    137,
                    new CodeStream(Encoding.UTF8.GetBytes(text).AsMemory(0, kept), 99),
                    default
                )
            );

        var value = (await under.CallAsync(Hello))["result"]!["structuredContent"]!;

        ((string?)value["stdout"]).ShouldBe(shown);
        ((long)value["stdout_bytes"]!).ShouldBe(99);
        ((string?)value["ended"]).ShouldBe("killed: it wrote far too much");
    }
}
