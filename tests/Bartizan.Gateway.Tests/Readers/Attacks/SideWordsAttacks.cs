using System.Text.Json.Nodes;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tests.Tools;

namespace Bartizan.Gateway.Tests.Readers.Attacks;

/// <summary>A reader's source that says what it fetched to the agent itself, past the shape.</summary>
public sealed class SideWordsAttacks
{
    private const string Good = """SAY {"number":"INV-2026-17","total":120}""";

    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","""
        + "\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";

    private static readonly JsonObject Logged = new()
    {
        ["jsonrpc"] = "2.0",
        ["method"] = "notifications/message",
        ["params"] = new JsonObject { ["level"] = "debug", ["data"] = Good },
    };

    [Fact]
    public async Task A_command_that_logs_what_it_fetched_is_another_than_the_one_the_agent_listens_to()
    {
        var servers = new LineServers();
        servers.Answer = async (life, message) =>
        {
            if ((string?)message["method"] != "tools/call")
            {
                await life.UsualAsync(message);
                return;
            }

            var said = new JsonObject
            {
                ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = Good }),
            };
            await life.SayAsync(Logged.ToJsonString());
            await life.SayAsync(
                """{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"INV"}}"""
            );
            await life.ResultAsync(message, said.ToJsonString());
        };
        await using var house = await ReadersUnderTest.StartAsync(processes: servers);
        var session = await OpenAsync(house);
        using var response = await house.ListenAsync("mail", session);
        await SayAsync(
            house,
            session,
            """{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"debug"}}"""
        );

        var (text, failed) = await house.ReadAsync(Good);

        failed.ShouldBeFalse(text);
        servers.Lives.Count.ShouldBe(2);
        var (own, readers) = (servers.Lives.First(), servers.Lives.Last());
        await own.SayAsync("""{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}""");
        (await NextAsync(response))["method"]!.GetValue<string>().ShouldBe("notifications/prompts/list_changed");
        house.Mine.Labels.ShouldBe(Labels.None);
        using var limit = new CancellationTokenSource(Wait.Long);
        await readers.Ended.WaitAsync(limit.Token);
        own.IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_logs_what_it_fetched_to_its_other_clients_is_not_heard()
    {
        await using var house = await ReadersUnderTest.StartAsync();
        var fetched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        house.OnListen = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, ": here\n\n");
            await fetched.Task;
            await ScriptedUpstream.StreamAsync(
                context,
                $"data: {Logged.ToJsonString()}\n\n",
                "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"
            );
        };
        var session = await OpenAsync(house);
        using var response = await house.ListenAsync("mail", session);
        await house.ReadAsync(Good);
        fetched.SetResult();

        var heard = await response.Content.ReadAsStringAsync();

        heard.ShouldContain("list_changed");
        heard.ShouldNotContain("INV-2026");
        house.Mine.Labels.ShouldBe(Labels.None);
    }

    [Fact]
    public async Task What_else_a_readers_source_says_by_itself_taints_its_listener()
    {
        await using var house = await ReadersUnderTest.StartAsync();
        house.OnListen = context =>
            ScriptedUpstream.StreamAsync(
                context,
                "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"pay-eve\"}}\n\n"
            );
        var session = await OpenAsync(house);

        using var response = await house.ListenAsync("mail", session);

        (await response.Content.ReadAsStringAsync()).ShouldContain("pay-eve");
        house.Mine.Labels.ShouldBe(Labels.Untrusted);
    }

    private static async Task<string> OpenAsync(ReadersUnderTest house)
    {
        using var opened = await house.PostAsync("mail", Initialize, null);
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    private static async Task SayAsync(ReadersUnderTest house, string session, string body)
    {
        using var answered = await house.PostAsync("mail", body, session);
    }

    private static async Task<JsonObject> NextAsync(HttpResponseMessage response)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!.AsObject();
            }
        }

        throw new EndOfStreamException();
    }
}
