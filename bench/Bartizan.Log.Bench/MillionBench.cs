using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Proofs;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Bench;

/// <summary>A log of a million entries: what it takes on the disk, how fast it is verified, proven and read.</summary>
internal static class MillionBench
{
    private const int Entries = 1_000_000;
    private const int Proofs = 1000;
    private static readonly LogOptions s_options = new() { GiveUpAfter = TimeSpan.Zero };

    private const int Block = 4096; // what a small file takes at least

    public static async Task RunAsync(Goals goals)
    {
        var directory = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
        var leaves = SampleEntries.Make();
        var watch = Stopwatch.StartNew();
        await using (var log = await TransparencyLog.OpenAsync(directory, s_options, TimeProvider.System, default))
        {
            for (var i = 0; i < Entries; i++)
            {
                await log.PostAsync(leaves[i % leaves.Length], default);
            }

            await log.AppendAsync(leaves[0], default);
            Say($"\n{Entries} entries durable after {watch.Elapsed.TotalSeconds:F1} s");
            await log.PublishCheckpointAsync(default);
            Say($"published after {watch.Elapsed.TotalSeconds:F1} s");
            var before = Rate(await VerifyAsync(directory));
            while (Directory.GetFiles(Path.Combine(directory, "seg"), "*.log").Length > 1)
            {
                await log.PublishCheckpointAsync(default);
            }

            Say($"closed segments given up after {watch.Elapsed.TotalSeconds:F1} s, verifying included");
            goals.AtLeast("verify, bundles beside segments", 300_000, before, "entries/s");
        }

        goals.AtLeast("verify, closed segments given up", 300_000, Rate(await VerifyAsync(directory)), "entries/s");
        Weigh(directory, goals);
        await ProveAsync(directory, goals);
        watch.Restart();
        await (await TransparencyLog.OpenAsync(directory, s_options, TimeProvider.System, default)).DisposeAsync();
        Say($"opening and closing it: {watch.ElapsedMilliseconds} ms");
        Directory.Delete(directory, recursive: true);
    }

    private static double Rate(double seconds) => Entries / seconds;

    private static async Task<double> VerifyAsync(string directory)
    {
        var seconds = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            var verdict = await LogVerifier.VerifyAsync(directory, new LogVerifierOptions(), default);
            seconds.Add(watch.Elapsed.TotalSeconds);
            if (!verdict.Holds)
            {
                throw new InvalidOperationException($"it does not verify: {verdict.Faults[0].Text}");
            }
        }

        return seconds.Order().ElementAt(1);
    }

    // The last segment always stays: it is weighed apart, as its share shrinks with the log.
    private static void Weigh(string directory, Goals goals)
    {
        var files = Directory
            .GetFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => new FileInfo(path))
            .ToList();
        var kept = files.Where(file => !file.FullName.Contains("/seg/", StringComparison.Ordinal)).ToList();
        var segment = files.Except(kept).Sum(file => file.Length);
        Say(
            $"on the disk: {kept.Sum(file => file.Length) / (double)Entries:F0} bytes per entry of {SampleEntries.Bytes}, {kept.Sum(file => (file.Length + Block - 1) / Block * Block) / (double)Entries:F0} in whole blocks, {kept.Count} files; the last segment {segment >> 20} MiB besides"
        );
        goals.AtMost(
            "stored per 1 KB entry: bundles, tiles, index; in whole blocks",
            300,
            kept.Sum(file => (file.Length + Block - 1) / Block * Block) / (double)Entries,
            "bytes"
        );
    }

    private static async Task ProveAsync(string directory, Goals goals)
    {
        var prover = LogProver.Open(directory);
        var cold = new List<double>();
        var largest = 0;
        var hash = new byte[TreeHash.SizeBytes];
        var checkpoint = Checkpoint.Open(
            await File.ReadAllTextAsync(Path.Combine(directory, "checkpoint")),
            prover.Key,
            out _
        )!;
        var root = Convert.FromHexString(checkpoint.Root);
        for (var i = 0; i < Proofs; i++)
        {
            var index = (long)RandomNumberGenerator.GetInt32(Entries);
            var proof = (await prover.ProveAsync(index, withEntry: true, default))!;
            largest = Math.Max(largest, (proof with { Entry = null }).SizeBytes());
            TreeHash.Leaf(proof.Entry!.Value.Span, hash);

            // Nothing kept from the proof before: every tile is read and hashed anew.
            var watch = Stopwatch.GetTimestamp();
            var tree = new TileTree(directory, checkpoint.Size);
            var holds = InclusionProof.Check(
                index,
                checkpoint.Size,
                hash,
                root,
                InclusionProof.Make(tree, index, checkpoint.Size)
            );
            cold.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            if (!holds)
            {
                throw new InvalidOperationException($"entry {index} is not proven");
            }
        }

        cold.Sort();
        goals.AtMost("proof of 1 of 1 M, as text, entry apart", 1400, largest, "bytes");
        goals.AtMost("proof of 1 of 1 M, made and checked, p50", 1, cold[Proofs / 2], "ms");
        goals.AtMost("the same, p99", 1, cold[(int)(Proofs * 0.99)], "ms");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
