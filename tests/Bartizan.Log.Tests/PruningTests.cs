using System.Text;
using Bartizan.Log.Pruning;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests;

/// <summary>What was pruned is gone from the log and whole in its archive; everything that was ever signed holds on.</summary>
public sealed class PruningTests : TemporaryLog
{
    private const int Entries = 3000;
    private const int Minimum = 1024;

    public PruningTests() => Options = Options with { SegmentBytes = 12 * 1024, MaxCommitEntries = 50 };

    private string Archive => System.IO.Path.Combine(Root, "first.archive");

    [Fact]
    public async Task A_pruned_log_verifies_and_is_read_from_its_minimum_index_on()
    {
        await using (var log = await WriteSegmentsAsync(this, Entries))
        {
            log.Pruning.End.ShouldBeGreaterThan(Minimum);
            await PruneAsync(log, Minimum, Archive);

            log.Pruning.Minimum.ShouldBe(Minimum);
            (await log.ReadAsync(0, 10, default).ToListAsync()).ShouldBeEmpty();
            (await log.ReadAsync(Minimum, 1, default).FirstAsync()).Index.ShouldBe(Minimum);
        }

        File.Exists(System.IO.Path.Combine(Path, TilePath.Bundle((Minimum / 256) - 1, 256))).ShouldBeFalse();
        File.Exists(System.IO.Path.Combine(Path, TilePath.Tile(0, 0, 256))).ShouldBeTrue();
        (await VerifyAsync()).ShouldSatisfyAllConditions(
            verdict => verdict.Faults.ShouldBeEmpty(),
            verdict => verdict.Minimum.ShouldBe(Minimum),
            verdict => verdict.Entries.ShouldBe(Entries + 1)
        );
        var left = await new LogDirectory(Path).ReadAsync(0, long.MaxValue, default).ToListAsync();
        left.Count.ShouldBe(Entries + 1 - Minimum);
        left[0].Index.ShouldBe(Minimum);
        Encoding.UTF8.GetString(left[0].Bytes.Span).ShouldBe(Encoding.UTF8.GetString(Leaf(Minimum)));
        using var leaves = new LeafLookup(Path);
        leaves.Read(Minimum - 1).ShouldBeNull();
        leaves.Read(Minimum).ShouldNotBeNull();
    }

    [Fact]
    public async Task Its_archive_proves_itself_and_gives_every_entry_back()
    {
        await using (var log = await WriteSegmentsAsync(this, Entries))
        {
            await PruneAsync(log, Minimum, Archive);
            await PruneAsync(log, 1536, System.IO.Path.Combine(Root, "second.archive"));
        }

        var (first, second) = (Read("first.archive"), Read("second.archive"));

        first.Verdict.Faults.ShouldBeEmpty();
        (first.Verdict.First, first.Verdict.End).ShouldBe((0, Minimum));
        second.Verdict.Faults.ShouldBeEmpty();
        (second.Verdict.First, second.Verdict.End).ShouldBe((Minimum, 1536));
        first.Leaves.Concat(second.Leaves).ShouldBe(Texts(0, 1536));
        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pruned_log_opens_again_goes_on_and_proves_what_it_has()
    {
        byte[] before;
        await using (var log = await WriteSegmentsAsync(this, Entries))
        {
            before = ConsistencyProof.Make(new TileTree(Path, Entries), 700, Entries);
            await PruneAsync(log, Minimum, Archive);
        }

        await WriteAsync(600, from: Entries);

        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty();
        var size = verdict.Checkpoint!.Size;
        size.ShouldBe(Entries + 601);
        // Proofs of what was pruned hold too: who kept an entry can still show that the log had it.
        var tree = new TileTree(Path, size);
        var hash = new byte[TreeHash.SizeBytes];
        TreeHash.Leaf(Leaf(5), hash);
        InclusionProof
            .Check(5, size, hash, Convert.FromHexString(verdict.Checkpoint.Root), InclusionProof.Make(tree, 5, size))
            .ShouldBeTrue();
        ConsistencyProof.Make(new TileTree(Path, Entries), 700, Entries).ShouldBe(before);
    }

    [Fact]
    public async Task Tiles_that_are_lost_at_the_edge_are_laid_out_again_over_what_was_pruned()
    {
        await using (var log = await WriteSegmentsAsync(this, Entries))
        {
            await PruneAsync(log, Minimum, Archive);
        }

        System.IO.Directory.Delete(System.IO.Path.Combine(Path, TilePath.Folder, "1"), recursive: true);
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync(Leaf(1), default);
            await log.PublishCheckpointAsync(default);
        }

        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_what_is_published_and_given_up_for_bundles_can_be_pruned()
    {
        await using var log = await OpenAsync();
        for (var i = 0; i < 600; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }

        log.Pruning.End.ShouldBe(0);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => log.Pruning.ArchiveAsync(512, Archive, default));
        File.Exists(Archive).ShouldBeFalse();
    }

    [Fact]
    public async Task A_segment_that_is_closed_early_lets_a_slow_log_be_pruned()
    {
        var options = Options with { SegmentBytes = 64L << 20 };
        await using var log = await TransparencyLog.OpenAsync(Path, options, TimeProvider.System, default);
        for (var i = 0; i < 600; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }

        log.CloseSegment();
        for (var i = 600; i < 900; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }

        await log.PublishCheckpointAsync(default);
        log.Pruning.End.ShouldBe(512);
        await PruneAsync(log, 512, Archive);
        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_goes_by_a_leaf_that_records_no_prune_or_another_one()
    {
        await using var log = await WriteSegmentsAsync(this, Entries);
        var record = await log.Pruning.ArchiveAsync(Minimum, Archive, default);
        PruneRecord[] wrong =
        [
            record with
            {
                Minimum = Minimum + 1,
            },
            record with
            {
                Size = 512,
            },
            record with
            {
                Size = Entries + 500,
            },
            record with
            {
                Root = new string('0', 64),
            },
            record with
            {
                First = 512,
            },
            record with
            {
                Minimum = 2816 + 256,
            },
        ];
        foreach (var lie in wrong)
        {
            var position = await log.AppendAsync(PlainPruneRecords.Write(lie), default);
            await log.PublishCheckpointAsync(default);
            await Should.ThrowAsync<LogInconsistentException>(() => log.Pruning.FinishAsync(position, default));
        }

        await Should.ThrowAsync<LogInconsistentException>(() => log.Pruning.FinishAsync(new LogPosition(7), default));
        log.Pruning.Minimum.ShouldBe(0);
        (await ReadAsync(Path)).Count.ShouldBe(Entries + wrong.Length);
    }

    /// <summary>A log whose older segments are given up.</summary>
    internal static async Task<TransparencyLog> WriteSegmentsAsync(PruningTests test, int entries)
    {
        var log = await test.OpenAsync();
        await FillAsync(log, entries);
        return log;
    }

    internal static async Task FillAsync(TransparencyLog log, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        while (log.Size < entries)
        {
            await Task.Yield();
        }

        // One segment is given up behind each checkpoint.
        const int MaxSegments = 60;
        for (var i = 0; i < MaxSegments; i++)
        {
            await log.PublishCheckpointAsync(default);
        }
    }

    /// <summary>All steps.</summary>
    internal static async Task<LogPosition> PruneAsync(TransparencyLog log, long minimum, string archive)
    {
        var record = await log.Pruning.ArchiveAsync(minimum, archive, default);
        var position = await log.AppendAsync(PlainPruneRecords.Write(record), default);
        await log.PublishCheckpointAsync(default);
        await log.Pruning.FinishAsync(position, default);
        return position;
    }

    private static IEnumerable<string> Texts(int from, int to) =>
        Enumerable.Range(from, to - from).Select(i => Encoding.UTF8.GetString(Leaf(i)));

    private (ArchiveVerdict Verdict, List<string> Leaves) Read(string name)
    {
        var leaves = new List<string>();
        var verdict = ArchiveVerifier.Verify(
            System.IO.Path.Combine(Root, name),
            new ArchiveOptions(),
            leaf => leaves.Add(Encoding.UTF8.GetString(leaf.Bytes.Span)),
            default
        );
        return (verdict, leaves);
    }
}
