using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tools;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>A server that a command starts, spoken to by lines.</summary>
public sealed class StdioTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    [Fact]
    public async Task It_is_started_when_it_is_first_needed_and_its_calls_are_decided_as_any_servers()
    {
        var servers = new LineServers();
        await using var house = await StartAsync(servers);
        servers.Lives.ShouldBeEmpty();

        var session = await OpenAsync(house);
        var list = await SayAsync(house, session, """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");
        var called = await CallAsync(house, session, 3, "hi");
        var denied = await SayAsync(
            house,
            session,
            """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"delete_all","arguments":{}}}"""
        );

        list["result"]!["tools"]!.AsArray().Select(t => (string)t!["name"]!).ShouldBe(["echo"]);
        ((string)called["result"]!["content"]![0]!["text"]!).ShouldBe("said hi");
        ((int)called["id"]!).ShouldBe(3);
        denied["error"].ShouldNotBeNull();
        servers.Received.ShouldNotContain(m => m.ToJsonString().Contains("delete_all"));
        servers.Lives.Count.ShouldBe(1);
        servers.Credentials.Single()["KEY"].ShouldBe(ToolsUnderTest.ServerKey);
        house.Journal.Only(EntryKind.Intent).Target.ShouldBe("line/echo");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Done);
    }

    [Fact]
    public async Task Two_clients_whose_ids_are_the_same_each_get_their_own_answer_and_it_is_opened_once()
    {
        var servers = new LineServers();
        var held = new List<JsonObject>();
        servers.Answer = async (life, message) =>
        {
            if ((string?)message["method"] != "tools/call")
            {
                await life.UsualAsync(message);
                return;
            }

            held.Add(message);
            if (held.Count == 2)
            {
                await life.UsualAsync(held[1]);
                await life.UsualAsync(held[0]);
            }
        };
        await using var house = await StartAsync(servers);
        var (one, two) = (await OpenAsync(house), await OpenAsync(house));

        var answers = await Task.WhenAll(CallAsync(house, one, 7, "one"), CallAsync(house, two, 7, "two"));

        answers
            .Select(a => ((int)a["id"]!, (string)a["result"]!["content"]![0]!["text"]!))
            .ShouldBe([(7, "said one"), (7, "said two")]);
        servers.Received.Count(m => (string?)m["method"] == "initialize").ShouldBe(1);
    }

    [Fact]
    public async Task Clients_that_open_it_at_once_open_it_once()
    {
        var servers = new LineServers();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Answer = async (life, message) =>
        {
            await opened.Task;
            await life.UsualAsync(message);
        };
        await using var house = await StartAsync(servers);

        var opening = Enumerable.Range(0, 8).Select(_ => house.SendAsync(Initialize, server: "line")).ToList();
        await servers.Received.WaitForAsync(m => (string?)m["method"] == "initialize");
        opened.SetResult();

        foreach (var response in await Task.WhenAll(opening))
        {
            using (response)
            {
                (await response.Content.ReadAsStringAsync()).ShouldContain("2025-11-25");
            }
        }

        servers.Received.Count(m => (string?)m["method"] == "initialize").ShouldBe(1);
    }

    [Fact]
    public async Task One_that_ends_fails_its_call_and_is_started_again_after_a_while_and_nothing_is_sent_twice()
    {
        var servers = new LineServers();
        var calls = 0;
        servers.Answer = (life, message) =>
        {
            if ((string?)message["method"] != "tools/call" || ++calls > 1)
            {
                return life.UsualAsync(message);
            }

            life.End();
            return Task.CompletedTask;
        };
        await using var house = await StartAsync(servers);
        var session = await OpenAsync(house);

        var failed = await CallAsync(house, session, 2, "x");
        using var gone = await house.SendAsync(
            """{"jsonrpc":"2.0","id":3,"method":"tools/list"}""",
            r => r.Headers.Add("mcp-session-id", session),
            "line"
        );
        using var soon = await house.SendAsync(Initialize, server: "line");

        failed["error"]!["message"]!.GetValue<string>().ShouldContain("`line`");
        ((int)gone.StatusCode).ShouldBe(404);
        ((int)soon.StatusCode).ShouldBe(502);
        servers.Lives.Single().IsDisposed.ShouldBeTrue();
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);

        var again = await OpenWhenItCanAsync(house);
        ((string)(await CallAsync(house, again, 4, "y"))["result"]!["content"]![0]!["text"]!).ShouldBe("said y");
        servers.Lives.Count.ShouldBe(2);
        calls.ShouldBe(2);
    }

    [Theory]
    [InlineData("no end of line")]
    [InlineData("no json")]
    [InlineData("another's id")]
    [InlineData("silence")]
    public async Task Whatever_it_says_the_client_gets_an_answer_and_no_memory_is_held_beyond_the_bound(string what)
    {
        var servers = new LineServers();
        servers.Answer = async (life, message) =>
        {
            if ((string?)message["method"] != "tools/call")
            {
                await life.UsualAsync(message);
                return;
            }

            await life.SayAsync(
                what switch
                {
                    "no json" => "{\"jsonrpc\":",
                    "another's id" => """{"jsonrpc":"2.0","id":999,"result":{"content":[]}}""",
                    "no end of line" => new string('x', 2 << 20),
                    _ => "",
                }
            );
        };
        await using var house = await ToolsUnderTest.StartAsync(
            new Uri("http://127.0.0.1:1/"),
            "allow: tool line/echo",
            new ToolGatewayOptions { SilentFor = TimeSpan.FromSeconds(1), MaxAnswerBytes = 1 << 20 },
            servers
        );
        var session = await OpenAsync(house);

        var answer = await CallAsync(house, session, 2, "x");

        answer["error"].ShouldNotBeNull();
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }

    [Fact]
    public async Task A_credential_that_it_gives_back_reaches_neither_client_nor_log()
    {
        var servers = new LineServers
        {
            Answer = (life, message) =>
                (string?)message["method"] == "tools/call"
                    ? life.ResultAsync(
                        message,
                        $$"""{"content":[{"type":"text","text":"key {{ToolsUnderTest.ServerKey}}"}]}"""
                    )
                    : life.UsualAsync(message),
        };
        await using var house = await StartAsync(servers);
        var session = await OpenAsync(house);

        var answer = await CallAsync(house, session, 2, "x");
        var outcome = await house.Journal.OutcomeAsync();

        answer.ToJsonString().ShouldContain("key ****");
        answer.ToJsonString().ShouldNotContain(ToolsUnderTest.ServerKey);
        outcome
            .Payloads.Select(p => System.Text.Encoding.UTF8.GetString(p.Content.Span))
            .ShouldAllBe(p => !p.Contains(ToolsUnderTest.ServerKey));
    }

    [Fact]
    public async Task What_it_asks_is_decided_and_answered_once_and_progress_comes_to_whom_it_is_for()
    {
        var servers = new LineServers();
        servers.Answer = async (life, message) =>
        {
            if ((string?)message["method"] != "tools/call")
            {
                await life.UsualAsync(message);
                return;
            }

            var token = message["params"]!["_meta"]!["progressToken"]!.ToJsonString();
            token.ShouldNotBe("\"mine\"");
            await life.SayAsync(
                $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token}}},"progress":1}}"""
            );
            await life.SayAsync(
                """{"jsonrpc":"2.0","id":"q1","method":"sampling/createMessage","params":{"messages":[]}}"""
            );
            await life.UsualAsync(message);
        };
        await using var house = await StartAsync(servers);
        var session = await OpenAsync(house);

        using var response = await house.SendAsync(
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"say":"x"},"_meta":{"progressToken":"mine"}}}""",
            r => r.Headers.Add("mcp-session-id", session),
            "line"
        );
        var text = await response.Content.ReadAsStringAsync();

        text.ShouldContain("\"progressToken\":\"mine\"");
        text.ShouldNotContain("sampling");
        text.ShouldContain("said x");
        await servers.Received.WaitForAsync(m => m["error"] is not null && (string?)m["id"] == "q1");
        house.Journal.Only(EntryKind.Refusal).Target.ShouldBe("line/sampling/createMessage");
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_an_error_and_the_other_servers_of_the_agent_stay_usable()
    {
        var servers = new LineServers { Fails = true };
        await using var house = await StartAsync(servers);

        using var opened = await house.SendAsync(Initialize, server: "line");
        using var all = await house.SendAsync(Initialize, server: "");

        ((int)opened.StatusCode).ShouldBe(502);
        ((int)all.StatusCode).ShouldBe(200);
        servers.Credentials.Count.ShouldBe(1);
    }

    private static Task<ToolsUnderTest> StartAsync(LineServers servers) =>
        ToolsUnderTest.StartAsync(new Uri("http://127.0.0.1:1/"), "allow: tool line/echo", null, servers);

    private static async Task<string> OpenAsync(ToolsUnderTest house)
    {
        using var opened = await house.SendAsync(Initialize, server: "line");
        ((int)opened.StatusCode).ShouldBe(200);
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    private static async Task<string> OpenWhenItCanAsync(ToolsUnderTest house)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        while (true)
        {
            using var opened = await house.SendAsync(Initialize, server: "line");
            if ((int)opened.StatusCode == 200)
            {
                return opened.Headers.GetValues("mcp-session-id").Single();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    private static Task<JsonObject> CallAsync(ToolsUnderTest house, string session, int id, string say) =>
        SayAsync(
            house,
            session,
            $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"echo","arguments":{"say":"{{{{say}}}}"}}}"""
        );

    private static async Task<JsonObject> SayAsync(ToolsUnderTest house, string session, string body)
    {
        using var response = await house.SendAsync(body, r => r.Headers.Add("mcp-session-id", session), "line");
        return await ToolsUnderTest.AnswerAsync(response);
    }
}
