using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Servers that never answer and never are silent: what they say by the way must not keep their call open.</summary>
public sealed class EndlessAttacks
{
    private const string Said =
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"again\"}}\n\n";

    private static readonly ToolGatewayOptions Soon = new()
    {
        SilentFor = TimeSpan.FromSeconds(5),
        CallWithin = TimeSpan.FromSeconds(1),
    };

    [Theory]
    [InlineData(1, 50, false)]
    [InlineData(200, 0, false)]
    [InlineData(200, 0, true)]
    public async Task Notifications_do_not_extend_a_call(int atOnce, int pause, bool isLate)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        upstream.Answer = async c =>
        {
            var said = string.Concat(Enumerable.Repeat(Said, atOnce));
            try
            {
                while (!c.RequestAborted.IsCancellationRequested)
                {
                    await ScriptedUpstream.StreamAsync(c, said);
                    await Task.Delay(pause, c.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }

            closed.TrySetResult();
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*", Soon);
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", """{"name":"echo","arguments":{}}""");

        using var response = await house.SendAsync(body, headers);
        if (isLate)
        {
            // The call's time ends while everything between the server and its client is full.
            await Task.Delay(Soon.CallWithin * 1.5);
        }

        var last = await LastAsync(response);

        ((string)last["error"]!["message"]!).ShouldContain("too long");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
        await closed.Task.WaitAsync(Wait.Long);
    }

    [Fact]
    public async Task Notifications_of_a_process_do_not_extend_a_call()
    {
        var servers = new LineServers();
        using var ended = new CancellationTokenSource();
        servers.Answer = async (life, message) =>
        {
            if ((string?)message["method"] != "tools/call")
            {
                await life.UsualAsync(message);
                return;
            }

            _ = TalkAsync(life, ended.Token);
        };
        await using var house = await ToolsUnderTest.StartAsync(
            new Uri("http://127.0.0.1:1/"),
            "allow: tool line/*",
            Soon,
            servers
        );
        using var opened = await house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}""",
            server: "line"
        );
        var session = opened.Headers.GetValues("mcp-session-id").Single();

        using var response = await house.SendAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{}}}""",
            r => r.Headers.Add("mcp-session-id", session),
            "line"
        );
        var last = await LastAsync(response);
        await ended.CancelAsync();

        ((string)last["error"]!["message"]!).ShouldContain("too long");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
        await servers.Received.WaitForAsync(m => (string?)m["method"] == "notifications/cancelled");
    }

    private static async Task TalkAsync(LineServers.Life life, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await life.SayAsync(Said[6..].Trim());
            await Task.Delay(20, CancellationToken.None);
        }
    }

    // Read as it comes: there is much of it.
    private static async Task<JsonObject> LastAsync(HttpResponseMessage response)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var last = "";
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            last = line.StartsWith("data: {", StringComparison.Ordinal) ? line[6..] : last;
        }

        return JsonNode.Parse(last)!.AsObject();
    }
}
