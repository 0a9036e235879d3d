using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>Calls that a person is asked about, as real clients see them.</summary>
public sealed class HeldCallTests
{
    private const string Rule = "ask: tool up/find";
    private const string Find = """{"name":"find","arguments":{}}""";

    private static readonly ToolGatewayOptions _soon = new()
    {
        TellAfter = TimeSpan.FromMilliseconds(50),
        TellEvery = TimeSpan.FromMilliseconds(50),
    };

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_client_hears_of_progress_while_a_person_thinks_and_then_gets_its_result(string version)
    {
        await using var upstream = await StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule, _soon);
        var (told, enough) = (new ConcurrentQueue<ProgressNotificationValue>(), new TaskCompletionSource());
        house.OnAskAsync = async (request, token) =>
        {
            await enough.Task.WaitAsync(token);
            return new Approval(true, request.Digest, "alice", null);
        };
        await using var client = await ConnectAsync(house, version);

        var result = await client.CallToolAsync(
            "find",
            progress: new Told(value =>
            {
                told.Enqueue(value);
                if (told.Count == 3)
                {
                    enough.SetResult();
                }
            }),
            cancellationToken: TestContext.Current.CancellationToken
        );

        result.StructuredContent!.Value.GetProperty("id").GetInt32().ShouldBe(1);
        var heard = told.Take(3).ToList();
        // The client hands each to a task of its own: they arrive in any order, and none twice.
        heard.Select(value => value.Progress).Distinct().Count().ShouldBe(3);
        heard.ShouldAllBe(value => value.Progress < 0 && value.Message!.Contains("Bartizan holds this call"));
    }

    [Fact]
    public async Task A_client_that_asks_for_no_progress_is_kept_by_comments()
    {
        await using var upstream = await StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule, _soon);
        var enough = new TaskCompletionSource();
        house.OnAskAsync = async (request, token) =>
        {
            await enough.Task.WaitAsync(token);
            return new Approval(true, request.Digest, "alice", null);
        };
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Find);

        using var response = await house.SendAsync(body, headers);
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)
        );
        for (var held = 0; held < 3; )
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            held += line.ShouldNotBeNull() == ": held" ? 1 : 0;
        }

        enough.SetResult();
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        rest.Split('\n').Count(line => line.StartsWith("data: ", StringComparison.Ordinal)).ShouldBe(1);
        rest.ShouldContain("\"structuredContent\":{\"id\":1}");
    }

    [Fact]
    public async Task A_call_that_nobody_answers_for_is_refused_with_the_name_of_its_approval()
    {
        await using var upstream = await StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "ask: tool up/find, approval: { within: 1s }",
            _soon
        );
        var asked = "";
        house.OnAskAsync = async (request, token) =>
        {
            asked = request.Id;
            await Task.Delay(Timeout.Infinite, token);
            return default;
        };

        var answer = await house.AskAsync("tools/call", Find);

        asked.ShouldStartWith("a-");
        answer["error"]!["message"]!.GetValue<string>().ShouldContain($"nobody answered approval {asked} in time");
        house.Journal.Only(EntryKind.Refusal).Reason!.ShouldContain(asked);
        upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_call_that_its_client_cancels_meanwhile_is_not_made_and_its_server_hears_nothing_of_it(
        string version
    )
    {
        await using var upstream = await StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule, _soon);
        var (asked, over) = (new TaskCompletionSource(), new TaskCompletionSource());
        house.OnAskAsync = async (request, token) =>
        {
            using var registered = token.Register(() => over.TrySetResult());
            asked.SetResult();
            await over.Task;
            return new Approval(true, request.Digest, "alice", null);
        };
        await using var client = await ConnectAsync(house, version);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var call = client.CallToolAsync("find", cancellationToken: cancel.Token);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await call);
        await over.Task.WaitAsync(Wait.Long, TestContext.Current.CancellationToken);
        await house.Journal.Entries.WaitForAsync(e => e.Kind == EntryKind.Refusal);
        foreach (var request in upstream.Requests)
        {
            request.Text.ShouldNotContain("tools/call");
            request.Text.ShouldNotContain("notifications/cancelled");
        }
    }

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(200)]
    public async Task What_goes_wrong_after_a_yes_is_told_on_the_stream_that_has_begun(int status)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
        {
            c.Response.Headers.RetryAfter = "9";
            return ScriptedUpstream.JsonAsync(c, "{}", status);
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Rule, _soon);
        house.OnAskAsync = async (request, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), token);
            return new Approval(true, request.Digest, "alice", null);
        };

        var answer = await house.AskAsync("tools/call", Find);

        answer["error"]!["message"]!.GetValue<string>().ShouldStartWith("Bartizan: the server");
    }

    private static Task<McpClient> ConnectAsync(ToolsUnderTest house, string version) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = new Uri($"http://{house.EndPoint}/mcp/up"),
                    TransportMode = HttpTransportMode.StreamableHttp,
                    AdditionalHeaders = new Dictionary<string, string>
                    {
                        ["Authorization"] = $"Bearer {ToolsUnderTest.Token}",
                    },
                }
            ),
            new McpClientOptions { ProtocolVersion = version },
            cancellationToken: TestContext.Current.CancellationToken
        );

    private static async Task<ScriptedUpstream> StartAsync()
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
        {
            if (c.Request.Method != "POST")
            {
                c.Response.StatusCode = 405;
                return Task.CompletedTask;
            }

            var request = JsonNode.Parse(upstream.Requests.Last().Text)!;
            const string Head = "\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"";
            var result = (string?)request["method"] switch
            {
                "initialize" =>
                    """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}""",
                "server/discover" => "{"
                    + Head
                    + ""","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}""",
                "tools/list" => "{" + Head + ""","tools":[{"name":"find","inputSchema":{"type":"object"}}]}""",
                "tools/call" => "{" + Head + ""","content":[],"structuredContent":{"id":1}}""",
                _ => "",
            };
            if (request["id"] is not { } id)
            {
                c.Response.StatusCode = 202;
                return Task.CompletedTask;
            }

            return ScriptedUpstream.JsonAsync(
                c,
                $$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":{{result}}}"""
            );
        };
        return upstream;
    }

    private sealed class Told(Action<ProgressNotificationValue> take) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => take(value);
    }
}
