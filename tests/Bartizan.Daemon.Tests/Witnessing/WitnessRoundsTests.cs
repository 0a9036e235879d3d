using System.Text;
using Bartizan.Log;
using Bartizan.Log.Witnessing;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Daemon.Tests.Witnessing;

public sealed class WitnessRoundsTests
{
    [Fact]
    public async Task An_entry_is_witnessed_when_enough_have_cosigned_its_checkpoint()
    {
        await using var one = new WitnessedLog();
        await one.AddWitnessAsync("north");
        await one.AddWitnessAsync("south");
        await one.StartAsync("group both all north south\nquorum both\n");

        var standing = await one.WitnessedAsync(await one.AppendAsync("something"));

        standing.Size.ShouldBeGreaterThan(0);
        var note = File.ReadAllText(Path.Combine(one.LogPath, "witnessed"));
        note.ShouldContain("\n— north ");
        note.ShouldContain("\n— south ");
        one.Rounds.Status().Alarm.ShouldBeNull();
    }

    [Fact]
    public async Task What_a_witness_has_seen_is_learnt_from_its_409_after_a_restart()
    {
        await using var one = new WitnessedLog();
        await one.AddWitnessAsync("north");
        await one.StartAsync("quorum north\n");
        await one.WitnessedAsync(await one.AppendAsync("before"));
        await one.StopAsync();

        await one.AddWitnessAsync("north");
        await one.StartAsync("quorum north\n");
        var standing = await one.WitnessedAsync(await one.AppendAsync("after"));

        standing.Size.ShouldBe(2);
        one.Alarms.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_of_two_is_enough_when_the_policy_says_so_and_the_other_counts_as_absent()
    {
        await using var one = new WitnessedLog();
        await one.AddWitnessAsync("north");
        await one.AddPeerAsync("deaf", Cosigner.Create("deaf").Verifier, async context => await HangAsync(context));
        await one.StartAsync("group some any north deaf\nquorum some\n");

        (await one.WitnessedAsync(await one.AppendAsync("a"))).Size.ShouldBeGreaterThan(0);
        (await one.WitnessedAsync(await one.AppendAsync("b"))).Size.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_witness_that_is_gone_delays_no_entry_and_is_an_alarm_until_it_is_back()
    {
        await using var one = new WitnessedLog
        {
            Options = new WitnessRoundOptions
            {
                RetryAfter = TimeSpan.FromMilliseconds(20),
                MaxBackOff = TimeSpan.FromMilliseconds(50),
                AlarmAfter = TimeSpan.FromMilliseconds(100),
            },
        };
        var cosigner = Cosigner.Create("north");
        var isBack = false;
        await one.AddPeerAsync(
            "north",
            cosigner.Verifier,
            async context =>
            {
                context.Response.StatusCode = isBack ? 200 : 503;
                await context.Response.WriteAsync(isBack ? await CosignAsync(context, cosigner) : "");
            }
        );
        await one.StartAsync("quorum north\n");

        var position = await one.AppendAsync("durable at once");

        (await one.AlarmAsync("witnessing lags")).ShouldContain("`north` answered 503");
        var status = one.Rounds.Status();
        status.Witnessed.ShouldBe(0);
        status.Lag.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(100));
        isBack = true;
        await one.WitnessedAsync(position);
        await one.AlarmAsync("witnessing has caught up");
        one.Rounds.Status().Alarm.ShouldBeNull();
    }

    [Theory]
    [InlineData("nonsense", "isn't its own")]
    [InlineData("too much", "too much")]
    [InlineData("another key's", "isn't its own")]
    [InlineData("another checkpoint's", "isn't its own")]
    [InlineData("409 without a size", "without a size")]
    [InlineData("redirect", "answered 307")]
    public async Task A_witness_that_answers_nonsense_counts_as_absent(string what, string says)
    {
        await using var one = new WitnessedLog();
        var cosigner = Cosigner.Create("north");
        await one.AddPeerAsync(
            "north",
            cosigner.Verifier,
            async context =>
            {
                context.Response.StatusCode =
                    what == "redirect" ? 307
                    : what.StartsWith("409", StringComparison.Ordinal) ? 409
                    : 200;
                context.Response.Headers.Location = "http://127.0.0.1:1/";
                await context.Response.WriteAsync(
                    what switch
                    {
                        "nonsense" => "\u0000— north \n\n",
                        "too much" => new string('x', 100_000),
                        "another key's" => await CosignAsync(context, Cosigner.Create("north")),
                        "another checkpoint's" => cosigner.Sign("example.com/other\n1\nAAAA\n", 1).Line + "\n",
                        _ => "many",
                    }
                );
            }
        );
        await one.StartAsync("quorum north\n");

        var position = await one.AppendAsync("a");

        await ProblemAsync(one, says);
        one.Log.Standing(LogRung.Witnessed).Size.ShouldBe(0);
        one.Log.WaitAsync(position, LogRung.Witnessed, default).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_log_that_was_restored_from_an_old_copy_is_refused_and_alarmed()
    {
        await using var one = new WitnessedLog();
        await one.AddWitnessAsync("north");
        await one.StartAsync("quorum north\n");
        await one.WitnessedAsync(await one.AppendAsync("kept"));
        await one.StopAsync();
        Copy(one.LogPath, Path.Combine(one.Root, "backup"));
        await one.AddWitnessAsync("north");
        await one.StartAsync("quorum north\n");
        await one.WitnessedAsync(await one.AppendAsync("what the operator regrets"));
        await one.WitnessedAsync(await one.AppendAsync("and its end"));
        await one.StopAsync();
        Directory.Delete(one.LogPath, recursive: true);
        Copy(Path.Combine(one.Root, "backup"), one.LogPath);

        await one.AddWitnessAsync("north");
        await one.StartAsync("quorum north\n");
        await one.AppendAsync("as if nothing had been");

        (await one.AlarmAsync("rolled back")).ShouldContain("the witness `north` has cosigned 3 entries");
        one.Log.Standing(LogRung.Witnessed).Size.ShouldBe(1);
        one.Rounds.Status().Alarm!.ShouldContain("rolled back");
        // Longer again, it is still another log.
        await one.AppendAsync("b");
        await one.AppendAsync("c");
        await ProblemAsync(one, "doesn't continue");
        one.Log.Standing(LogRung.Witnessed).Size.ShouldBe(1);
    }

    private static async Task<string> CosignAsync(HttpContext context, Cosigner cosigner)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        var note = text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];
        return cosigner.Sign(note[..(note.LastIndexOf("\n\n", StringComparison.Ordinal) + 1)], 1).Line + "\n";
    }

    private static Task HangAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        return gone.Task;
    }

    private static async Task ProblemAsync(WitnessedLog one, string says)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (one.Rounds.Status().Witnesses[0].Problem?.Contains(says, StringComparison.Ordinal) != true)
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
