using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Tools;

public sealed class TaskTests
{
    private const string Rule = "allow: tool up/find";
    private const string Find = """{"name":"find","arguments":{}}""";

    [Fact]
    public async Task A_call_goes_on_as_a_task_and_its_result_is_recorded_as_the_calls_own()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);
        var session = await TaskServer.OpenAsync(house);

        var task = await server.CallAsync(house, session);
        var stands = await server.AskAsync(house, session, "tasks/get", TaskServer.Of(task));
        house.Journal.Entries.ShouldNotContain(e => e.Kind == EntryKind.Outcome);
        var result = await server.AskAsync(house, session, "tasks/result", TaskServer.Of(task));

        ((string)stands["result"]!["status"]!).ShouldBe("working");
        ((int)stands["result"]!["ttl"]!).ShouldBe(60000);
        result["result"]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("done");
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.Target.ShouldBe("up/find");
        Encoding.UTF8.GetString(outcome.Payloads.Single().Content.Span).ShouldContain("done");
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Intent).ShouldBe(1);
    }

    [Fact]
    public async Task A_result_is_given_again_when_it_is_the_same()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);
        var session = await TaskServer.OpenAsync(house);
        var task = await server.CallAsync(house, session);
        await server.AskAsync(house, session, "tasks/result", TaskServer.Of(task));

        var again = await server.AskAsync(house, session, "tasks/result", TaskServer.Of(task));

        again["result"]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("done");
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Outcome).ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_task_ends_its_call_as_cancelled()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);
        var session = await TaskServer.OpenAsync(house);
        var task = await server.CallAsync(house, session);

        var cancelled = await server.AskAsync(house, session, "tasks/cancel", TaskServer.Of(task));

        ((string)cancelled["result"]!["status"]!).ShouldBe("cancelled");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cancelled);
    }

    [Fact]
    public async Task A_task_outlives_the_clients_mcp_session_but_not_the_agents_own()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);
        var task = await server.CallAsync(house, await TaskServer.OpenAsync(house));

        var session = await TaskServer.OpenAsync(house);
        var stands = await server.AskAsync(house, session, "tasks/get", TaskServer.Of(task));
        house.MineControl.End().ShouldBeTrue();

        ((string)stands["result"]!["taskId"]!).ShouldBe(task);
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task The_stateless_era_tells_the_result_with_how_the_task_stands()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);

        var made = await house.AskAsync("tools/call", Find);
        var working = await GetAsync(house, "t-1");
        server.Status = "completed";
        var completed = await GetAsync(house, "t-1");
        var again = await GetAsync(house, "t-1");

        ((string)made["result"]!["resultType"]!).ShouldBe("task");
        ((string)made["result"]!["taskId"]!).ShouldBe("t-1");
        ((string)working["result"]!["status"]!).ShouldBe("working");
        foreach (var told in (JsonObject[])[completed, again])
        {
            ((string)told["result"]!["resultType"]!).ShouldBe("complete");
            told["result"]!["result"]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("done");
        }

        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.Target.ShouldBe("up/find");
        server.Upstream.Requests.Last().Headers["mcp-name"].ShouldBe("t-1");
    }

    [Fact]
    public async Task A_task_that_failed_tells_its_error()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);
        await house.AskAsync("tools/call", Find);
        (server.Status, server.Result) = ("failed", """{"code":-32001,"message":"it broke"}""");

        var failed = await GetAsync(house, "t-1");

        ((string)failed["result"]!["error"]!["message"]!).ShouldBe("it broke");
        (await house.Journal.OutcomeAsync()).Detail.ShouldBe("error -32001");
    }

    [Fact]
    public async Task What_a_task_asks_for_is_decided_once_and_only_that_is_answered()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            server.Upstream.Url,
            Rule + "\nallow: tool up/elicitation/create"
        );
        await house.AskAsync("tools/call", Find);
        (server.Status, server.Result) = (
            "input_required",
            """{"q":{"method":"elicitation/create","params":{"message":"Sure?"}}}"""
        );

        var early = await UpdateAsync(house, "t-1", "q");
        var asks = await GetAsync(house, "t-1");
        await GetAsync(house, "t-1");
        var answered = await UpdateAsync(house, "t-1", "q");
        var other = await UpdateAsync(house, "t-1", "r");

        early["error"].ShouldNotBeNull();
        asks["result"]!["inputRequests"]!["q"].ShouldNotBeNull();
        ((string)answered["result"]!["resultType"]!).ShouldBe("complete");
        other["error"].ShouldNotBeNull();
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Intent && e.Target == "up/elicitation/create").ShouldBe(1);
    }

    [Fact]
    public async Task What_a_fooled_session_adds_to_a_task_is_not_sent_when_its_labels_can_t_be_kept()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            server.Upstream.Url,
            Rule + "\nallow: tool up/elicitation/create",
            guards: "trust:\n  stores: [{ write: [\"up/save\"], read: [\"up/get\"], key: [id] }]"
        );
        await house.AskAsync("tools/call", Find);
        (server.Status, server.Result) = (
            "input_required",
            """{"q":{"method":"elicitation/create","params":{"message":"Sure?"}}}"""
        );
        await GetAsync(house, "t-1");
        house.Mine.AddLabels(Labels.Untrusted);

        var told = await UpdateAsync(house, "t-1", "q");

        ((string)told["error"]!["message"]!).ShouldContain("can't be kept");
        server.Upstream.Requests.ShouldNotContain(r =>
            Encoding.UTF8.GetString(r.Body).Contains("inputResponses", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_client_is_never_said_to_make_tasks_of_a_servers_questions()
    {
        await using var server = await TaskServer.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(server.Upstream.Url, Rule);

        await TaskServer.OpenAsync(house);

        var told = JsonNode.Parse(server.Upstream.Requests.First().Body)!["params"]!["capabilities"]!;
        told["roots"].ShouldNotBeNull();
        told["tasks"].ShouldBeNull();
    }

    internal static Task<JsonObject> GetAsync(ToolsUnderTest house, string task) =>
        house.AskAsync("tasks/get", TaskServer.Of(task), r => r.Headers.Add("mcp-name", task));

    private static Task<JsonObject> UpdateAsync(ToolsUnderTest house, string task, string answers) =>
        house.AskAsync(
            "tasks/update",
            $$$$"""{"taskId":"{{{{task}}}}","inputResponses":{"{{{{answers}}}}":{"action":"accept"}}}""",
            r => r.Headers.Add("mcp-name", task)
        );
}
