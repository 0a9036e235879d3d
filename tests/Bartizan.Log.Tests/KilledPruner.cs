using System.Diagnostics;
using Bartizan.Log.Pruning;

namespace Bartizan.Log.Tests;

/// <summary>Appends a little and prunes one bundle, saying each step on standard output, until it is killed or a call fails.</summary>
internal static class KilledPruner
{
    public const string Argument = "--killed-pruner";
    private const int Bundle = 256;

    /// <param name="directory">The log's directory.</param>
    /// <param name="archives">Where the archive goes.</param>
    /// <param name="last">The step behind which it kills itself; none if empty.</param>
    public static async Task<int> RunAsync(string directory, string archives, string last)
    {
        var output = Console.Out;
        await SayAsync(KilledWriter.Ready);
        _ = await Console.In.ReadLineAsync();
        try
        {
            await using var log = await TransparencyLog.OpenAsync(
                directory,
                new LogOptions
                {
                    SegmentBytes = 12 * 1024,
                    GiveUpAfter = TimeSpan.Zero,
                    CheckpointEvery = TimeSpan.FromHours(1),
                },
                TimeProvider.System,
                default
            );
            var minimum = log.Pruning.Minimum + Bundle;
            var record = await log.Pruning.ArchiveAsync(
                minimum,
                Path.Combine(archives, $"{minimum:D6}.archive"),
                default
            );
            await SayAsync("archived");
            var position = await log.AppendAsync(PlainPruneRecords.Write(record), default);
            await SayAsync($"recorded {position.Index}");
            await log.PublishCheckpointAsync(default);
            await log.Pruning.FinishAsync(position, default);
            await SayAsync("pruned");
        }
        catch (IOException e)
        {
            await SayAsync($"{KilledWriter.Ended} {e.GetType().Name}");
        }

        return 0;

        async Task SayAsync(string step)
        {
            await output.WriteLineAsync(step);
            await output.FlushAsync();
            if (last.Length > 0 && step.StartsWith(last, StringComparison.Ordinal))
            {
                Process.GetCurrentProcess().Kill();
            }
        }
    }
}
