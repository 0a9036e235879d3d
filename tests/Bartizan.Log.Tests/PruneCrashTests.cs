using System.Diagnostics;
using Bartizan.Log.Pruning;

namespace Bartizan.Log.Tests;

/// <summary>A prune that is killed, or whose system calls fail, at one step after the other (strace). Whatever is left verifies and opens.</summary>
public sealed class PruneCrashTests : TemporaryLog
{
    private const string ItselfAfter = "itself after ";
    private const string Strace = "/usr/bin/strace";

    // Each call that a prune makes on its way, by number; opening the log makes the first few of some of them.
    private static readonly string[] s_faults =
    [
        .. Enumerable.Range(1, 4).Select(at => $"fdatasync:signal=SIGKILL:when={at}"),
        .. Enumerable.Range(1, 5).Select(at => $"rename:signal=SIGKILL:when={at}"),
        .. Enumerable.Range(1, 5).Select(at => $"fsync:signal=SIGKILL:when={at}"),
        .. Enumerable.Range(1, 3).Select(at => $"unlink:signal=SIGKILL:when={at}"),
        $"{ItselfAfter}archived",
        $"{ItselfAfter}recorded",
        "fdatasync:error=EIO:when=2",
        "rename:error=ENOSPC:when=2",
        "fsync:error=EIO:when=3",
        "unlink:error=EIO:when=2",
        "pwrite64:error=ENOSPC:when=3",
    ];

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(15);

    public PruneCrashTests() => Options = Options with { SegmentBytes = 12 * 1024, MaxCommitEntries = 50 };

    private string Archives => System.IO.Path.Combine(Root, "archives");

    [Fact]
    public async Task Killed_at_any_step_of_a_prune_the_log_is_whole_and_the_next_start_finishes_it()
    {
        Assert.SkipUnless(File.Exists(Strace), "strace is not installed");
        System.IO.Directory.CreateDirectory(Archives);
        var reached = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = 0;
        foreach (var fault in s_faults)
        {
            entries = await WriteMoreAsync(entries);
            var last = await RunAsync(fault);
            reached[last] = reached.GetValueOrDefault(last) + 1;

            // As it was left, then as the next start makes it.
            (await VerifyAsync()).Faults.ShouldBeEmpty($"after {fault}, {last}");
            await using (var log = await OpenAsync())
            {
                await log.PublishCheckpointAsync(default);
                if (await LastRecordAsync() is { } record)
                {
                    await log.Pruning.FinishAsync(new LogPosition(record.Index), default);
                    log.Pruning.Minimum.ShouldBe(record.Record.Minimum, $"after {fault}");
                    var archive = System.IO.Path.Combine(Archives, $"{record.Record.Minimum:D6}.archive");
                    ArchiveVerifier
                        .Verify(
                            archive,
                            new ArchiveOptions { Key = log.Verifier, Digest = record.Record.Archive },
                            default
                        )
                        .Faults.ShouldBeEmpty($"after {fault}");
                }
            }

            (await VerifyAsync()).Faults.ShouldBeEmpty($"after {fault}, once finished");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{s_faults.Length} runs ended: {string.Join(", ", reached.Select(one => $"{one.Value} after `{one.Key}`"))}"
        );
        // Before the archive, between archive and record, and behind the record: each was met.
        reached.Keys.ShouldContain(KilledWriter.Ready);
        reached.Keys.ShouldContain("archived");
        reached.Keys.ShouldContain("recorded");
    }

    private async Task<int> WriteMoreAsync(int from)
    {
        const int More = 400;
        await using var log = await OpenAsync();
        for (var i = from; i < from + More; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        await log.AppendAsync(Leaf(from + More), default);
        for (var i = 0; i < 4 || (log.Pruning.End < log.Pruning.Minimum + 256 && i < 40); i++)
        {
            await log.PublishCheckpointAsync(default);
        }

        return from + More + 1;
    }

    private async Task<(long Index, PruneRecord Record)?> LastRecordAsync()
    {
        (long, PruneRecord)? last = null;
        await foreach (var leaf in new LogDirectory(Path).ReadAsync(0, long.MaxValue, default))
        {
            if (PlainPruneRecords.Instance.Read(leaf.Bytes.Span) is { } record)
            {
                last = (leaf.Index, record);
            }
        }

        return last;
    }

    // Returns the last step that was said.
    private async Task<string> RunAsync(string fault)
    {
        var kills = fault.StartsWith(ItselfAfter, StringComparison.Ordinal) ? fault[ItselfAfter.Length..] : "";
        using var pruner = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [KilledPruner.Argument, Path, Archives, kills])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        (await pruner.StandardOutput.ReadLineAsync()).ShouldBe(KilledWriter.Ready);
        using var strace = kills.Length > 0 ? null : await AttachAsync(pruner.Id, fault);
        var rest = strace?.StandardError.ReadToEndAsync();
        await pruner.StandardInput.WriteLineAsync();
        await pruner.StandardInput.FlushAsync();
        // A runtime whose calls fail can hang; then it is killed like any other.
        using var limit = new CancellationTokenSource(s_longest);
        using var stop = limit.Token.Register(() => pruner.Kill());
        var step = KilledWriter.Ready;
        while (await pruner.StandardOutput.ReadLineAsync() is { } line)
        {
            step = line.StartsWith(KilledWriter.Ended, StringComparison.Ordinal) ? step : line.Split(' ')[0];
        }

        await pruner.WaitForExitAsync();
        if (strace is not null)
        {
            await strace.WaitForExitAsync();
            _ = await rest!;
        }

        return step;
    }

    private static async Task<Process> AttachAsync(int pid, string fault)
    {
        var strace = Process.Start(
            new ProcessStartInfo(
                Strace,
                ["-f", "-p", $"{pid}", "-e", $"trace={fault.Split(':')[0]}", "-e", $"inject={fault}"]
            )
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        while (await strace.StandardError.ReadLineAsync() is { } said)
        {
            if (said.Contains("attached", StringComparison.Ordinal))
            {
                return strace;
            }
        }

        Assert.Skip("strace may not attach to a process here");
        return strace;
    }
}
