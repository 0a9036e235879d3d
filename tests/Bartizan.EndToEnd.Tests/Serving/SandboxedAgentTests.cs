using System.Net.WebSockets;
using System.Text;

namespace Bartizan.EndToEnd.Tests.Serving;

/// <summary>An agent behind <c>serve.port</c>: a sandbox for each user, from their first request to the end of their session.</summary>
public sealed class SandboxedAgentTests : IAsyncLifetime
{
    private ServedScene _served = null!;

    public async ValueTask InitializeAsync() => _served = await ServedScene.OpenAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task Each_user_is_answered_from_a_sandbox_that_nobody_else_reaches()
    {
        await _served.ServeAsync();
        (await _served.TellAsync("read", key: "nobody-key-0123456789abcdef0123456789ab")).Status.ShouldBe(401);
        _served.Processes.ShouldBeEmpty("nothing starts for who isn't let in");

        (await _served.TellAsync("note", with: new { text = "of shop" })).ShouldBe((200, "noted"));
        (await _served.TellAsync("read", ServedScene.Desk)).ShouldBe((200, "nothing"));
        (await _served.TellAsync("read")).ShouldBe((200, "of shop"));
        (await _served.TellAsync("listed", ServedScene.Desk)).ShouldBe((200, "1"), "it sees its own processes");

        ServedScene.Listens(_served.Port).ShouldBeFalse("its port is its sandbox's own");
        (await _served.TellAsync("dial", with: new { port = _served.Url.Port })).Body.ShouldBe(
            "ConnectionRefusedError"
        );
        (await _served.TellAsync("write")).Body.ShouldNotBe("written");
        var headers = (await _served.TellAsync("headers")).Body;
        headers.ShouldContain("bartizan-session");
        headers.ShouldNotContain("bartizan-token");
        headers.ShouldNotContain("authorization");

        (await _served.TellAsync("ask")).Body.ShouldContain("ANSWERED");
        (await _served.TellAsync("ask", ServedScene.Desk)).Body.ShouldBe("refused 403");
        (await _served.WatchAsync()).ShouldBe("data: 0\n\ndata: 1\n\ndata: 2\n\n");
        (await TalkAsync("hello")).ShouldBe("echo hello");

        (await _served.Scene.BartizanAsync("serve", "--end")).Code.ShouldBe(0);
        await _served.GoneAsync();
        await _served.Scene.QuietAsync();
        Directory.EnumerateFiles(_served.Scene.Home, _served.Mark, SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_killed_has_no_sandbox_any_more_and_gets_none_and_others_go_on()
    {
        await _served.ServeAsync();
        (await _served.TellAsync("read")).Status.ShouldBe(200);
        var session = await _served.Scene.SessionAsync();
        (await _served.TellAsync("note", ServedScene.Desk, new { text = "kept" })).Status.ShouldBe(200);
        var cut = _served.TellAsync("hang");
        await _served.Scene.UntilSaysAsync("serve POST /do", "log", $"session:{session}", "kind:intent");

        (await _served.Scene.BartizanAsync("kill", session)).Code.ShouldBe(0);

        (await CutAsync(cut)).ShouldBeTrue("what was under way is cut");
        (await _served.TellAsync("read")).Status.ShouldBe(403);
        (await _served.TellAsync("read", ServedScene.Desk)).ShouldBe((200, "kept"));
        (await _served.Scene.LogAsync($"session:{session}", "kind:state"))
            .Select(e => e["detail"]!.GetValue<string>() + e["reason"]!.GetValue<string>())
            .ShouldContain(said =>
                said.StartsWith("ended", StringComparison.Ordinal) && said.Contains("verified empty by")
            );

        (await _served.Scene.BartizanAsync("down")).Code.ShouldBe(0);
        await _served.GoneAsync();
    }

    [Fact]
    public async Task Nobody_asks_for_long_and_the_sandbox_goes_and_comes_anew()
    {
        await _served.ServeAsync(serve: "  sessions: { idle: 1s, most: 1 }");
        (await _served.TellAsync("note", with: new { text = "gone soon" })).Status.ShouldBe(200);
        (await _served.TellAsync("read", ServedScene.Desk)).Status.ShouldBe(503);

        await _served.GoneAsync();

        (await _served.UntilAsync(200, "read", ServedScene.Desk)).ShouldBe("nothing");
        await _served.GoneAsync();
        (await _served.UntilAsync(200, "read")).ShouldBe("nothing");
    }

    private async Task<string> TalkAsync(string text)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("authorization", $"Bearer {ServedScene.Shop}");
        using var limit = new CancellationTokenSource(Running.Limit);
        await socket.ConnectAsync(new UriBuilder(_served.Url) { Scheme = "ws", Path = "/watch" }.Uri, limit.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[256];
        var got = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, got.Count);
    }

    private static async Task<bool> CutAsync(Task<(int Status, string Body)> asked)
    {
        try
        {
            return (await asked).Status >= 500;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
