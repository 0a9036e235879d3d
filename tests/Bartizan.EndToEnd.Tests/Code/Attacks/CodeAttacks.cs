using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests.Code.Attacks;

/// <summary>Code that a fooled agent wrote: it wants to stay, to meet the next call, to take the host, or to keep its caller.</summary>
public sealed class CodeAttacks
{
    // What ends code here is what the test does, and not its time.
    private const string Patient = "limits: { wall_clock: 5m }";

    [Fact]
    public async Task What_it_leaves_in_the_background_is_gone_when_the_call_returns()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"left-{Guid.NewGuid():n}";
        var wait = CodeScene.Waiting(mark);

        var value = await code.RunAsync(
            $$"""
            setsid {{wait}} </dev/null >/dev/null 2>&1 &
            ( ( {{wait}} ) & ) &
            nohup {{wait}} >/dev/null 2>&1 & disown -a
            trap '' TERM HUP INT; (trap '' TERM HUP INT; {{wait}}) &
            while [ $(cat /proc/*/cmdline 2>/dev/null | tr '\0' ' ' | grep -o 'sleep 600' | wc -l) -lt 8 ]; do :; done
            echo started
            """
        );

        ((string?)value["stdout"]).ShouldBe("started\n", value.ToJsonString());
        Scene.Processes(mark).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_calls_see_nothing_of_one_another_neither_at_once_nor_later()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"here-{Guid.NewGuid():n}";
        var first = code.OutputAsync(
            $"for d in /tmp /workspace /home/agent /dev/shm; do echo secret > $d/{mark}; done; (exec -a {mark} sleep 600) & wait; echo end"
        );
        await CodeScene.UntilAsync(mark, isThere: true);
        var look =
            $"find / -name '{mark}' 2>/dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[h]ere-'; ls -A /tmp /workspace /home/agent /dev/shm | grep -v :";

        var meanwhile = await code.OutputAsync(look);
        foreach (var process in Scene.Processes(mark))
        {
            // The end of what the first waits for, from outside.
            using var one = Process.GetProcessById(process);
            one.Kill();
        }

        (await first).ShouldBe("end\n");
        var later = await code.OutputAsync(look);

        // Its own command line is the file's, and doesn't hold the mark.
        meanwhile.Trim().ShouldBe("0");
        later.Trim().ShouldBe("0");
    }

    [Fact]
    public async Task It_can_t_change_what_it_is_made_of_nor_see_the_host()
    {
        await using var code = await CodeScene.OpenAsync();

        var value = await code.RunAsync(
            $"for f in /x /etc/x /usr/x /code/x /code/program.bash /proc/sys/kernel/hostname /dev/x; do (echo x > $f) 2>/dev/null && echo \"WROTE $f\"; done; ls {code.Scene.Root} {code.Scene.Home} 2>/dev/null; cat /etc/shadow 2>/dev/null; mount -t tmpfs x /mnt 2>/dev/null && echo MOUNTED; unshare -r true 2>/dev/null && echo NESTED; echo end"
        );

        ((string?)value["stdout"]).ShouldBe("end\n", value.ToJsonString());
    }

    [Fact]
    public async Task A_fork_bomb_ends_with_its_time_and_the_next_call_works()
    {
        await using var code = await CodeScene.OpenAsync("limits: { wall_clock: 10s, processes: 64 }");

        var value = await code.RunAsync("b() { b | b & }; b; while :; do :; done");

        ((string?)value["ended"]).ShouldNotBeNull().ShouldStartWith("killed");
        (await code.OutputAsync("echo on")).ShouldBe("on\n");
        (await code.SiblingsAsync()).Count.ShouldBe(2);
        await code.Scene.UntilSessionsAsync(1);
    }

    [Fact]
    public async Task Endless_output_is_cut_and_killed_and_the_result_stays_small()
    {
        await using var code = await CodeScene.OpenAsync("output: 4KiB");

        var value = await code.RunAsync("yes hello");

        ((string?)value["ended"]).ShouldBe("killed: it wrote far too much");
        ((string)value["stdout"]!).Length.ShouldBe(4096);
        ((long)value["stdout_bytes"]!).ShouldBeGreaterThan(16 << 20);
        (await code.OutputAsync("yes hello | head -c 100000; echo end >&2; exit 0")).Length.ShouldBe(4096);
    }

    [Fact]
    public async Task Memory_beyond_its_limit_is_its_own_end_and_nobody_elses()
    {
        await using var code = await CodeScene.OpenAsync("limits: { memory: 64MiB, wall_clock: 20s }");

        var value = await code.RunAsync("head -c 1000000000 /dev/zero | tail -c 1000000000 | wc -c");

        ((string?)value["stdout"]).ShouldNotBe("1000000000\n", value.ToJsonString());
        (await code.OutputAsync("echo on")).ShouldBe("on\n");
    }

    [Fact]
    public async Task A_kill_of_the_session_kills_its_code_and_no_call_comes_after_it()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"kill-{Guid.NewGuid():n}";
        var call = code.CallAsync(CodeScene.Waiting(mark), "", "bash", CancellationToken.None);
        await CodeScene.UntilAsync(mark, isThere: true);

        (await code.Scene.BartizanAsync("kill", code.Session)).Code.ShouldBe(0);

        Scene.Processes(mark).ShouldBeEmpty();
        await AbortedAsync(call);
        await code.Scene.QuietAsync();
        (await code.Scene.BartizanAsync("log", "kind:state")).Output.ShouldNotContain("NOT verified");
        (await code.CallAsync("echo on", "", "bash", CancellationToken.None)).ShouldNotContain("\"stdout\"");
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_no_code_behind()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"gone-{Guid.NewGuid():n}";
        using var gone = new CancellationTokenSource();
        var call = code.CallAsync(CodeScene.Waiting(mark), "", "bash", gone.Token);
        await CodeScene.UntilAsync(mark, isThere: true);

        await gone.CancelAsync();

        await AbortedAsync(call);
        await CodeScene.UntilAsync(mark, isThere: false);
        await code.Scene.UntilSessionsAsync(1);
        await code.Scene.UntilSaysAsync("went away", "log", "kind:outcome", "tool:code/run", "--json");
        (await code.Scene.LogAsync("kind:outcome", "tool:code/run"))
            .ShouldHaveSingleItem()
            .ToJsonString()
            .ShouldContain("went away");
    }

    [Fact]
    public async Task A_pause_holds_its_processes_and_a_resume_lets_them_go_on()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"held-{Guid.NewGuid():n}";
        var call = code.CallAsync(CodeScene.Waiting(mark), "", "bash", CancellationToken.None);
        await CodeScene.UntilAsync(mark, isThere: true);

        (await code.Scene.BartizanAsync("pause", code.Session)).Code.ShouldBe(0);

        var states = (await code.Scene.SessionsAsync()).Select(s => s!["state"]!.GetValue<string>()).ToList();
        states.ShouldBe(["paused", "paused"]);
        (await code.Scene.BartizanAsync("kill", code.Session)).Code.ShouldBe(0);
        Scene.Processes(mark).ShouldBeEmpty();
        await AbortedAsync(call);
    }

    [Fact]
    public async Task A_daemon_that_is_killed_takes_its_code_along_and_the_next_one_says_what_was_lost()
    {
        await using var code = await CodeScene.OpenAsync(Patient);
        var mark = $"lost-{Guid.NewGuid():n}";
        var call = code.CallAsync(CodeScene.Waiting(mark), "", "bash", CancellationToken.None);
        await CodeScene.UntilAsync(mark, isThere: true);

        using (var daemon = Process.GetProcessById((await code.Scene.DaemonAsync()).ShouldNotBeNull()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        await CodeScene.UntilAsync(mark, isThere: false);
        await AbortedAsync(call);
        (await code.Scene.BartizanAsync("up")).Code.ShouldBe(0);
        var own = (string)(await code.SiblingsAsync()).ShouldHaveSingleItem()["session"]!;
        (await code.Scene.LogAsync("kind:state", $"session:{own}")).ShouldContain(one =>
            one.ToJsonString().Contains("lost", StringComparison.Ordinal)
        );
    }

    private static async Task AbortedAsync(Task<string> call)
    {
        try
        {
            (await call).ShouldNotContain("\"stdout\"");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // Cut.
        }
    }
}
