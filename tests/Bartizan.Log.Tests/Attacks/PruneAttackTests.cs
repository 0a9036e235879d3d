using Bartizan.Log.Pruning;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>
/// A log that was pruned twice, and somebody who deletes more than was recorded, or makes it look as if less had been. Each attack is found
/// by its own name, and a log that was tampered with in this way is not opened.
/// </summary>
public sealed class PruneAttackTests : TemporaryLog
{
    private const int Entries = 3000;
    private const int First = 1024;
    private const int Minimum = 1536;

    // The records: two that are true, one that claims more than was signed then, one of another tree.
    private const int FirstRecord = Entries;
    private const int Record = Entries + 1;
    private const int Overclaiming = Entries + 2;
    private const int OtherTree = Entries + 3;

    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    private static readonly Lazy<Task<string>> s_log = new(WriteLogAsync);

    private static readonly Dictionary<string, (Action<Forger> Attack, LogFaultKind Kind, long? Index)> s_attacks =
        new()
        {
            ["the first bundle that is left deleted"] = (
                log => Delete(log, Minimum / 256),
                LogFaultKind.BundleMissing,
                Minimum
            ),
            ["a bundle further on deleted"] = (log => Delete(log, 8), LogFaultKind.BundleMissing, 2048),
            ["bundles deleted and the minimum index moved over them"] = (
                log =>
                {
                    Delete(log, 6);
                    Say(log, 1792, Record);
                },
                LogFaultKind.PruneUnrecorded,
                1792
            ),
            ["bundles deleted and the minimum index made to name another entry"] = (
                log =>
                {
                    Delete(log, 6);
                    Say(log, 1792, 2500);
                },
                LogFaultKind.PruneUnrecorded,
                1792
            ),
            ["bundles deleted and the minimum index made to name an entry that nobody signed"] = (
                log =>
                {
                    Delete(log, 6);
                    Say(log, 1792, 9000);
                },
                LogFaultKind.PruneUnrecorded,
                1792
            ),
            ["everything deleted that is in bundles"] = (
                log =>
                {
                    System.IO.Directory.Delete(log.At("tile/entries/"), recursive: true);
                    Say(log, 2560, Record);
                },
                LogFaultKind.PruneUnrecorded,
                null
            ),
            ["the minimum index taken away"] = (
                log => File.Delete(log.At(MinimumIndex.FileName)),
                LogFaultKind.PruneRolledBack,
                Record
            ),
            ["the minimum index rolled back to the prune before"] = (
                log => Say(log, First, FirstRecord),
                LogFaultKind.PruneRolledBack,
                Record
            ),
            ["the minimum index lowered"] = (log => Say(log, 1280, Record), LogFaultKind.PruneRolledBack, Record),
            ["the minimum index scribbled over"] = (
                log => File.WriteAllText(log.At(MinimumIndex.FileName), "minimum 0001536\nrecord 3001\n"),
                LogFaultKind.PruneUnrecorded,
                null
            ),
            ["a record that claims more than its checkpoint covered"] = (
                log =>
                {
                    Delete(log, 6);
                    Delete(log, 7);
                    Say(log, 2048, Overclaiming);
                },
                LogFaultKind.PruneOverclaims,
                Overclaiming
            ),
            ["a record of another log's tree"] = (
                log =>
                {
                    Delete(log, 6);
                    Delete(log, 7);
                    Say(log, 2048, OtherTree);
                },
                LogFaultKind.PruneOverclaims,
                OtherTree
            ),
            ["the record changed, its checksum set right"] = (
                log =>
                    log.Records(
                        LastSegment(log),
                        leaves => leaves[^3] = PlainPruneRecords.Write(new(First, 1792, 3000, Zeros, Zeros))
                    ),
                LogFaultKind.Changed,
                Record
            ),
            ["a tile of what was pruned changed"] = (
                log => log.Patch(log.At(TilePath.Tile(0, 2, 256)), bytes => bytes[40] ^= 1),
                LogFaultKind.TileChanged,
                512
            ),
            ["a tile of what was pruned taken away"] = (
                log => File.Delete(log.At(TilePath.Tile(0, 2, 256))),
                LogFaultKind.TileMissing,
                512
            ),
            ["the tile above what was pruned changed"] = (
                log => log.Patch(PartialAbove(log), bytes => bytes[40] ^= 1),
                LogFaultKind.TileChanged,
                null
            ),
            ["a forged bundle put where one was pruned"] = (
                log => File.Copy(log.At(TilePath.Bundle(6, 256)), log.At(TilePath.Bundle(1, 256))),
                LogFaultKind.BundleChanged,
                256
            ),
        };

    public static TheoryData<string> Attacks => [.. s_attacks.Keys];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Each_attack_on_what_was_pruned_is_found_by_its_name(string name)
    {
        Copy(await s_log.Value, Path);
        (await VerifyAsync()).Faults.ShouldBeEmpty();

        var (attack, kind, index) = s_attacks[name];
        attack(new Forger(Path));

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeFalse();
        verdict.Faults.ShouldContain(
            fault => fault.Kind == kind && (index == null || fault.Index == index),
            string.Join('\n', verdict.Faults.Take(5).Select(fault => $"{fault.Kind} {fault.Index}: {fault.Text}"))
        );
    }

    [Theory]
    [InlineData("the first bundle that is left deleted")]
    [InlineData("bundles deleted and the minimum index moved over them")]
    [InlineData("bundles deleted and the minimum index made to name another entry")]
    [InlineData("bundles deleted and the minimum index made to name an entry that nobody signed")]
    [InlineData("the minimum index taken away")]
    [InlineData("the minimum index rolled back to the prune before")]
    [InlineData("the minimum index scribbled over")]
    [InlineData("a record that claims more than its checkpoint covered")]
    public async Task A_log_whose_start_was_tampered_with_is_not_opened(string name)
    {
        Copy(await s_log.Value, Path);
        s_attacks[name].Attack(new Forger(Path));

        await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync());
    }

    [Fact]
    public async Task A_prune_that_a_crash_interrupted_is_no_attack()
    {
        Copy(await s_log.Value, Path);
        var forger = new Forger(Path);
        // Recorded, and not begun; or half done.
        var bundle = await File.ReadAllBytesAsync(forger.At(TilePath.Bundle(6, 256)));
        await using (var log = await OpenAsync())
        {
            var record = await log.Pruning.ArchiveAsync(2048, System.IO.Path.Combine(Root, "third"), default);
            var position = await log.AppendAsync(PlainPruneRecords.Write(record), default);
            await log.PublishCheckpointAsync(default);
            (await VerifyAsync()).Faults.ShouldBeEmpty();
            await log.Pruning.FinishAsync(position, default);
            await File.WriteAllBytesAsync(forger.At(TilePath.Bundle(6, 256)), bundle);
            (await VerifyAsync()).Faults.ShouldBeEmpty();
            await log.Pruning.FinishAsync(position, default);
        }

        File.Exists(forger.At(TilePath.Bundle(6, 256))).ShouldBeFalse();
        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    private static void Delete(Forger log, long block) => File.Delete(log.At(TilePath.Bundle(block, 256)));

    private static void Say(Forger log, long minimum, long record) =>
        File.WriteAllText(log.At(MinimumIndex.FileName), $"minimum {minimum}\nrecord {record}\n");

    private static string PartialAbove(Forger log) =>
        System.IO.Directory.GetFiles(log.At("tile/1/000.p")).MaxBy(path => path.Length + path)!;

    private static int LastSegment(Forger log) =>
        int.Parse(
            System.IO.Path.GetFileNameWithoutExtension(
                System.IO.Directory.GetFiles(log.At("seg"), "*.log").Order(StringComparer.Ordinal).Last()
            ),
            System.Globalization.CultureInfo.InvariantCulture
        );

    private static async Task<string> WriteLogAsync()
    {
        var root = System.IO.Directory.CreateTempSubdirectory("bartizan-pruned-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(root, recursive: true);
        var path = System.IO.Path.Combine(root, "log");
        var options = new LogOptions
        {
            CheckpointEvery = TimeSpan.FromHours(1),
            SegmentBytes = 12 * 1024,
            MaxCommitEntries = 50,
            GiveUpAfter = TimeSpan.Zero,
        };
        await using var log = await TransparencyLog.OpenAsync(path, options, TimeProvider.System, default);
        await PruningTests.FillAsync(log, Entries);
        _ = await PruningTests.PruneAsync(log, First, System.IO.Path.Combine(root, "first.archive"));
        _ = await PruningTests.PruneAsync(log, Minimum, System.IO.Path.Combine(root, "second.archive"));
        var tree = new TileTree(path, log.LastCheckpoint.Size);
        var at2048 = Convert.ToHexStringLower(SubtreeHash.Root(tree, 2048));
        foreach (
            var lie in new[]
            {
                new PruneRecord(Minimum, 2048, 2000, at2048, Zeros),
                new(Minimum, 2048, 3000, Zeros, Zeros),
            }
        )
        {
            await log.AppendAsync(PlainPruneRecords.Write(lie), default);
        }

        await log.PublishCheckpointAsync(default);
        return path;
    }
}
