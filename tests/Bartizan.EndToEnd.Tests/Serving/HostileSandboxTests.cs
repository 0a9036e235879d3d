namespace Bartizan.EndToEnd.Tests.Serving;

/// <summary>Agents behind <c>serve.port</c> that listen late, never, speak no HTTP, or end.</summary>
public sealed class HostileSandboxTests : IAsyncLifetime
{
    private ServedScene _served = null!;

    public async ValueTask InitializeAsync() => _served = await ServedScene.OpenAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task One_that_listens_late_is_waited_for()
    {
        await _served.ServeAsync($"sleep 1; exec /usr/bin/python3 {_served.Mark} {_served.Port}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _served.TellAsync("read")));

        answers.ShouldAllBe(one => one.Status == 200);
        (await StartsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task One_that_never_listens_is_ended()
    {
        await _served.ServeAsync("sleep 600; exit", "  limits: { start: 1s }");

        (await _served.TellAsync("read")).Status.ShouldBe(504);

        await _served.GoneAsync();
        await _served.Scene.UntilSaysAsync("listen on port", "log", "kind:receipt");
        (await _served.TellAsync("read")).Status.ShouldBeOneOf(503, 504);
    }

    [Theory]
    [InlineData("while (accept(C, L)) { sysread C, $_, 9999; syswrite C, \"no http at all\\r\\n\\r\\n\"; close C }")]
    [InlineData(
        "while (accept(C, L)) { sysread C, $_, 9999; syswrite C, \"HTTP/1.1 200 OK\\r\\nx: \" . (\"y\" x 999999); close C }"
    )]
    [InlineData("while (accept(C, L)) { close C }")]
    public async Task One_that_speaks_no_http_is_answered_for(string answer)
    {
        var script = Path.Combine(_served.Scene.Project, "rubbish.pl");
        await File.WriteAllTextAsync(
            script,
            $"use Socket; socket(L, AF_INET, SOCK_STREAM, 0); bind(L, sockaddr_in($ARGV[0], INADDR_LOOPBACK)); listen(L, 9); {answer}"
        );
        await _served.ServeAsync($"exec /usr/bin/perl rubbish.pl {_served.Port}");

        (await _served.TellAsync("read")).Status.ShouldBe(502);
        (await _served.TellAsync("read")).Status.ShouldBe(502);
        (await StartsAsync()).ShouldBe(1, "its sandbox lives on");
    }

    [Fact]
    public async Task One_that_ends_is_told_of_and_started_anew_in_the_same_session()
    {
        await _served.ServeAsync();
        (await _served.TellAsync("note", with: new { text = "lost" })).Status.ShouldBe(200);
        var session = await _served.Scene.SessionAsync();

        (await _served.TellAsync("die")).Status.ShouldBeOneOf(502, 503);
        (await _served.UntilAsync(200, "read")).ShouldBe("nothing", "what it kept went with its sandbox");

        (await _served.Scene.SessionAsync()).ShouldBe(session);
        (await _served.Scene.LogAsync($"session:{session}", "kind:receipt"))
            .Select(e => e["detail"]!.GetValue<string>())
            .ShouldContain(said =>
                said.StartsWith("ended: the agent ended with code 3 (verified", StringComparison.Ordinal)
            );
        _served.Processes.ShouldNotBeEmpty();
        (await _served.Scene.BartizanAsync("kill", session)).Code.ShouldBe(0);
        await _served.GoneAsync();
    }

    [Fact]
    public async Task One_that_always_ends_is_not_started_for_each_request()
    {
        await _served.ServeAsync("exit 7");

        for (var i = 0; i < 25; i++)
        {
            (await _served.TellAsync("read")).Status.ShouldBe(503);
        }

        // A machine on which these requests take a minute starts five: after 1, 2, 4, 8, 16 and 32 seconds.
        (await StartsAsync()).ShouldBeInRange(1, 8);
        _served.Processes.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_is_killed_before_it_listens_is_gone_and_stays_so()
    {
        await _served.ServeAsync("sleep 600; exit", "  limits: { start: 10m }");
        var asked = _served.TellAsync("read");
        await Scene.UntilAsync(() => _served.Processes.Count > 0, "its sandbox starts");

        (await _served.Scene.BartizanAsync("kill", await _served.Scene.SessionAsync())).Code.ShouldBe(0);

        (await asked).Status.ShouldBe(503);
        await _served.GoneAsync();
        (await _served.TellAsync("read")).Status.ShouldBe(403);
        _served.Processes.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_whose_daemon_is_killed_is_gone_with_it_and_its_copy_with_the_next()
    {
        await _served.ServeAsync();
        (await _served.TellAsync("read")).Status.ShouldBe(200);
        using var daemon = System.Diagnostics.Process.GetProcessById((await _served.Scene.DaemonAsync())!.Value);

        daemon.Kill();

        await _served.GoneAsync();
        Copies().ShouldNotBeEmpty();
        (await _served.Scene.BartizanAsync("up")).Code.ShouldBe(0);
        await Scene.UntilAsync(() => Copies().Length == 0, "the next daemon deletes its copy of the workspace");
    }

    [Fact]
    public async Task One_that_is_paused_answers_nobody_until_it_goes_on()
    {
        await _served.ServeAsync();
        (await _served.TellAsync("note", with: new { text = "kept" })).Status.ShouldBe(200);
        var session = await _served.Scene.SessionAsync();
        (await _served.Scene.BartizanAsync("pause", session)).Code.ShouldBe(0);

        var asked = _served.TellAsync("read");
        await _served.Scene.SessionAsync("paused");
        asked.IsCompleted.ShouldBeFalse();

        (await _served.Scene.BartizanAsync("resume", session)).Code.ShouldBe(0);
        (await asked).ShouldBe((200, "kept"));
    }

    [Fact]
    public async Task A_program_that_isnt_there_is_said_to_who_opens_it()
    {
        await _served.ServeAsync();
        await _served.Scene.BartizanAsync("serve", "--end");
        var manifest = await File.ReadAllTextAsync(_served.Scene.ManifestPath);
        await File.WriteAllTextAsync(
            _served.Scene.ManifestPath,
            manifest.Replace("command: [bash,", "command: [no-such-program-here,", StringComparison.Ordinal)
        );

        var opened = await _served.Scene.BartizanAsync("serve", "--detach");

        opened.Code.ShouldBe(2, opened.ToString());
        opened.Error.ShouldContain("no-such-program-here");
    }

    private string[] Copies() => Directory.GetFileSystemEntries(Path.Combine(_served.Scene.Home, "sessions"));

    private async Task<int> StartsAsync() =>
        (await _served.Scene.LogAsync("kind:receipt")).Count(e =>
            !e["detail"]!.GetValue<string>().StartsWith("ended", StringComparison.Ordinal)
        );
}
