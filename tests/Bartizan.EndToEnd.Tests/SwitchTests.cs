using Bartizan.Daemon;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.EndToEnd.Tests;

public sealed class SwitchTests
{
    [Fact]
    public async Task A_call_made_around_a_pause_completes_after_the_resume_and_the_processes_stand_still_meanwhile()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun(
            Scene.Ask
                + "echo up; for i in $(seq 1 2000); do echo $i > count; ask | grep -o 'HTTP/1.1 [0-9]*' || exit 9; [ -e enough ] && exit 0; done"
        );
        await run.SaysAsync("HTTP/1.1 200");
        var session = await scene.SessionAsync();

        var paused = await scene.BartizanAsync("pause", session);
        paused.Code.ShouldBe(0, paused.ToString());
        (await scene.SessionsAsync())[0]!["state"]!.GetValue<string>().ShouldBe("paused");
        var before = scene.Upstream.Requests.Count;
        await Task.Delay(TimeSpan.FromSeconds(1));
        scene.Upstream.Requests.Count.ShouldBe(before);

        var resumed = await scene.BartizanAsync("resume", session);
        resumed.Code.ShouldBe(0, resumed.ToString());
        await Scene.UntilAsync(() => scene.Upstream.Requests.Count > before + 3, "calls go on after the resume");
        (await scene.BartizanAsync("kill", session)).Code.ShouldBe(0);
        var end = await run.EndAsync();
        end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .SkipLast(1)
            .ShouldAllBe(l => l == "HTTP/1.1 200");
    }

    [Fact]
    public async Task A_call_of_an_attached_agent_made_while_paused_is_held_until_the_resume()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-only", files: "");
        var attached = await AttachTests.AttachAsync(scene);
        (await scene.BartizanAsync("pause", attached.Session)).Code.ShouldBe(0);

        var call = attached.AskAsync();
        await Task.WhenAny(call, Task.Delay(TimeSpan.FromSeconds(1)));
        call.IsCompleted.ShouldBeFalse();
        scene.Upstream.Requests.ShouldBeEmpty();

        (await scene.BartizanAsync("resume", attached.Session)).Code.ShouldBe(0);
        (await call).Status.ShouldBe(200);
        scene.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Four_hundred_processes_that_ignore_every_signal_are_killed_and_none_is_left()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(run: "  limits: { cpu: 2, memory: 2GiB, processes: 1000, disk: 256MiB, wall_clock: 5m }");
        await using var run = scene.StartRun(
            "trap '' TERM INT HUP; for i in $(seq 400); do sleep 7345 & done; setsid sleep 7345 & echo up; wait"
        );
        await run.SaysAsync("up");
        await Scene.UntilAsync(() => Scene.Processes("sleep 7345").Count >= 400, "four hundred processes run");
        var session = await scene.SessionAsync();

        var kill = await scene.BartizanAsync("kill", session, "--json");

        kill.Code.ShouldBe(0, kill.ToString());
        Scene.Processes("sleep 7345").ShouldBeEmpty();
        TestContext.Current.TestOutputHelper?.WriteLine($"killed in {Scene.Json(kill)["milliseconds"]} ms");
        (await scene.LogAsync($"session:{session}", "kind:state"))
            .Select(e => e.ToJsonString())
            .ShouldContain(e => e.Contains("verified empty") && !e.Contains("NOT verified"));
        (await run.EndAsync()).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_kill_cuts_a_stream_in_the_middle_on_both_sides()
    {
        await using var scene = await Scene.OpenAsync();
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Upstream.Answer = async context =>
        {
            using var gone = context.RequestAborted.Register(() => cut.TrySetResult());
            for (var i = 0; i < 100_000 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await ScriptedUpstream.StreamAsync(context, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
                await Task.Delay(5, CancellationToken.None);
            }
        };
        await using var run = scene.StartRun(Scene.Ask + "ask");
        await run.SaysAsync("ping");

        (await scene.BartizanAsync("kill", await scene.SessionAsync())).Code.ShouldBe(0);

        await cut.Task.WaitAsync(Running.Limit);
        (await run.EndAsync()).Code.ShouldNotBe(0);
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Kill_all_ends_every_session_at_once_and_their_tokens_are_dead()
    {
        await using var scene = await Scene.OpenAsync();
        await using var first = scene.StartRun("echo up; sleep 7346");
        await using var second = scene.StartRun("echo up; sleep 7346");
        await first.SaysAsync("up");
        await second.SaysAsync("up");
        var attached = await AttachTests.AttachAsync(scene, "--accept-unsandboxed");
        (await attached.AskAsync()).Status.ShouldBe(200);

        var kill = await scene.BartizanAsync("kill", "--all", "--json");

        Scene.Json(kill)["sessions"]!.AsArray().Count.ShouldBe(3);
        (await attached.AskAsync()).Status.ShouldBeOneOf(401, 403);
        (await first.EndAsync()).Code.ShouldNotBe(0);
        (await second.EndAsync()).Code.ShouldNotBe(0);
        Scene.Processes("sleep 7346").ShouldBeEmpty();
        await scene.QuietAsync();
        scene.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Killing_what_does_not_run_is_a_no()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);

        (await scene.BartizanAsync("kill", "s-nosuchsession")).Code.ShouldBe(1);
        (await scene.BartizanAsync("kill")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task When_down_returns_nothing_owns_the_state_directory_and_the_next_instance_gets_it()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("echo up; sleep 7346");
        await run.SaysAsync("up");

        var down = await scene.BartizanAsync("down");

        using (var state = StateDirectory.Take(scene.Home))
        {
            state.ShouldNotBeNull();
        }

        down.Code.ShouldBe(0, down.ToString());
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Down_waits_for_an_instance_that_has_closed_its_socket_and_not_yet_ended()
    {
        await using var scene = await Scene.OpenAsync();
        using var state = StateDirectory.Take(scene.Home).ShouldNotBeNull();
        await using var down = scene.Start("down");
        await Task.WhenAny(down.EndAsync(), Task.Delay(TimeSpan.FromSeconds(2)));
        down.HasExited.ShouldBeFalse(down.Output);

        state.Dispose();

        (await down.EndAsync()).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Down_ends_an_instance_that_was_still_starting()
    {
        await using var scene = await Scene.OpenAsync();
        await using var up = scene.Start("up", "--foreground");
        while (!StateDirectory.IsOwned(scene.Home))
        {
            // Asked without a pause: whoever asks must not keep the one that starts from its lock.
            up.HasExited.ShouldBeFalse(up.Output);
            await Task.Yield();
        }

        var down = await scene.BartizanAsync("down");

        down.Code.ShouldBe(0, down.ToString());
        (await up.EndAsync()).Code.ShouldBe(0);
    }
}
