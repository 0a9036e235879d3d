using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests;

/// <summary>
/// A writer whose system calls fail, one at a time, by strace: open, write, rename, fdatasync, fsync, close, unlink, truncate; and one
/// that is killed in the middle. After each run the log opens, holds everything that was acknowledged, and its checkpoint
/// continues the one before.
/// </summary>
public sealed class FaultInjectionTests : TemporaryLog
{
    private const string Strace = "/usr/bin/strace";

    // A few of each here; bench/soak/log-faults.sh runs a thousand.
    private const int UsualRuns = 23;
    private const string RunsVariable = "BARTIZAN_LOG_FAULT_RUNS";

    // A writer that neither ends nor gets on is killed like any other.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    // Each fault once: what a writer survives and what ends it must both leave a log that opens.
    private static readonly string[] s_faults =
    [
        "openat:error=EIO",
        "openat:error=EMFILE",
        "openat:error=ENOSPC",
        "pwrite64:error=EIO",
        "pwrite64:error=ENOSPC",
        "rename:error=EIO",
        "rename:error=ENOSPC",
        "fdatasync:error=EIO",
        "fdatasync:error=ENOSPC",
        "fsync:error=EIO",
        "close:error=EIO",
        "unlink:error=EIO",
        "ftruncate:error=EIO",
        "mkdir:error=ENOSPC",
        "pread64:error=EIO",
        "fdatasync:signal=SIGKILL",
        "rename:signal=SIGKILL",
        "pwrite64:signal=SIGKILL",
        "openat:signal=SIGKILL",
        "unlink:signal=SIGKILL",
        "fsync:signal=SIGKILL",
        "fdatasync:delay_exit=5000",
        "",
    ];

    [Fact]
    public async Task Whatever_call_fails_nothing_acknowledged_is_lost_and_the_log_opens_again()
    {
        Assert.SkipUnless(File.Exists(Strace), "strace is not installed");
        var runs = int.Parse(
            Environment.GetEnvironmentVariable(RunsVariable) ?? $"{UsualRuns}",
            CultureInfo.InvariantCulture
        );
        Checkpoint? before = null;
        var (acknowledged, ended, killed, bitten) = (0, 0, 0, 0);
        for (var run = 0; run < runs; run++)
        {
            var fault = s_faults[run % s_faults.Length];
            var result = await RunAsync(fault);
            acknowledged += result.Acknowledged.Count;
            ended += result.Ended ? 1 : 0;
            killed += result.Killed ? 1 : 0;
            bitten += result.Bitten ? 1 : 0;
            before = await JudgeAsync(fault, result.Acknowledged, before);
            if (before.Size > 200_000)
            {
                // A log of this size takes longer to judge than it tells.
                System.IO.Directory.Delete(Path, recursive: true);
                before = null;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{runs} runs, {bitten} with a fault in them: {acknowledged} entries acknowledged, none lost; {ended} writers ended by a failure, {killed} killed, every log opened"
        );
        bitten.ShouldBeGreaterThan(runs / 2);
    }

    private async Task<Checkpoint> JudgeAsync(
        string fault,
        List<(int Index, string Text)> acknowledged,
        Checkpoint? before
    )
    {
        // As it was left, then as recovery makes it.
        if (before is not null || acknowledged.Count > 0)
        {
            (await VerifyAsync()).Faults.ShouldBeEmpty($"after {fault}");
        }

        await using (var log = await OpenAsync())
        {
            await log.PublishCheckpointAsync(default);
        }

        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty($"after {fault}");
        verdict.Unsigned.ShouldBe(0);
        var leaves = await ReadAsync(Path);
        foreach (var (index, text) in acknowledged)
        {
            leaves[index].ShouldStartWith(text + " ", Case.Sensitive, $"after {fault}");
        }

        var now = verdict.Checkpoint.ShouldNotBeNull();
        if (before is not null)
        {
            now.Size.ShouldBeGreaterThanOrEqualTo(before.Size);
            ConsistencyProof
                .Check(
                    before.Size,
                    now.Size,
                    Convert.FromHexString(before.Root),
                    Convert.FromHexString(now.Root),
                    ConsistencyProof.Make(new TileTree(Path, now.Size), before.Size, now.Size)
                )
                .ShouldBeTrue($"after {fault}");
        }

        return now;
    }

    private async Task<WriterRun> RunAsync(string fault)
    {
        var acknowledged = new List<(int, string)>();
        using var writer = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [KilledWriter.Argument, Path, KilledWriter.Ready])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        (await writer.StandardOutput.ReadLineAsync()).ShouldBe(KilledWriter.Ready);
        var traced = fault.Length > 0 ? await AttachAsync(writer.Id, fault) : Task.FromResult("");
        try
        {
            await writer.StandardInput.WriteLineAsync();
            await writer.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The fault hit a call of the runtime's own, before the log was opened: killed with nothing acknowledged.
        }

        var enough = RandomNumberGenerator.GetInt32(200, 1500);
        using var limit = new CancellationTokenSource(s_longest);
        using var stop = limit.Token.Register(() => writer.Kill());
        var ended = false;
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            ended |= line.StartsWith(KilledWriter.Ended, StringComparison.Ordinal);
            var words = line.Split(' ');
            if (!ended && words.Length == 4)
            {
                acknowledged.Add((int.Parse(words[0], CultureInfo.InvariantCulture), string.Join(' ', words[1..])));
            }

            if (acknowledged.Count >= enough && !writer.HasExited)
            {
                writer.Kill();
            }
        }

        await writer.WaitForExitAsync();
        var said = await traced;
        return new WriterRun(
            acknowledged,
            ended,
            !ended,
            said.Contains("INJECTED", StringComparison.Ordinal)
                || said.Contains("DELAYED", StringComparison.Ordinal)
                || (acknowledged.Count < enough && !ended)
        );
    }

    // Once, somewhere in the first calls of the kind: opening, committing, laying out tiles, publishing, giving up.
    private static async Task<Task<string>> AttachAsync(int pid, string fault)
    {
        var call = fault.Split(':')[0];
        var within = call switch
        {
            "pwrite64" or "close" or "openat" or "pread64" => 70,
            "fdatasync" => 50,
            "rename" or "fsync" => 15,
            _ => 3,
        };
        var at = RandomNumberGenerator.GetInt32(1, within);
        var strace = Process.Start(
            new ProcessStartInfo(
                Strace,
                ["-f", "-p", $"{pid}", "-e", $"trace={call}", "-e", $"inject={fault}:when={at}"]
            )
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        while (await strace.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("attached", StringComparison.Ordinal))
            {
                return DrainAsync(strace);
            }
        }

        Assert.Skip("strace may not attach to a process here");
        return Task.FromResult("");
    }

    private static async Task<string> DrainAsync(Process strace)
    {
        var said = await strace.StandardError.ReadToEndAsync();
        await strace.WaitForExitAsync();
        strace.Dispose();
        return said;
    }

    private sealed record WriterRun(List<(int Index, string Text)> Acknowledged, bool Ended, bool Killed, bool Bitten);
}
