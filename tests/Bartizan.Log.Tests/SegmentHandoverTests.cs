using System.Collections.Concurrent;
using System.Text;
using Bartizan.Log.Disks;
using Bartizan.Log.Segments;
using Bartizan.Log.Tests.Attacks;
using Bartizan.Log.Tests.Witnessing;
using Bartizan.Log.Tiles;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Tests;

/// <summary>Closed segments are given up for compressed bundles, and nobody who reads notices.</summary>
public sealed class SegmentHandoverTests : TemporaryLog
{
    private const int Entries = 2000;

    public SegmentHandoverTests() => Options = Options with { SegmentBytes = 16 * 1024, MaxCommitEntries = 50 };

    [Fact]
    public async Task A_segment_goes_once_its_bundles_are_published_and_every_entry_is_read_on()
    {
        await using (var log = await WriteSegmentsAsync())
        {
            var before = Segments().Length;
            before.ShouldBeGreaterThan(3);
            for (var i = 1; i < before; i++)
            {
                await log.PublishCheckpointAsync(default);
                Segments().Length.ShouldBeGreaterThanOrEqualTo(before - i);
                (await ReadAsync(Path)).ShouldBe(Texts(Entries));
            }

            // Never the last, and none that holds an entry whose bundle isn't full.
            Segments().Length.ShouldBeInRange(1, 2);
            await log.AppendAsync(Leaf(Entries), default);
        }

        (await VerifyAsync()).Holds.ShouldBeTrue();
        await WriteAsync(10, from: Entries + 1);
        (await ReadAsync(Path)).ShouldBe(Texts(Entries + 11));
        (await ReadAsync(Path, 700, 3)).ShouldBe(Texts(703).Skip(700));
        (await VerifyAsync()).ShouldSatisfyAllConditions(
            verdict => verdict.Holds.ShouldBeTrue(),
            verdict => verdict.Entries.ShouldBe(Entries + 11)
        );
    }

    [Fact]
    public async Task A_segment_stays_when_its_bundle_holds_something_else_and_nothing_more_is_signed()
    {
        await using var log = await WriteSegmentsAsync();
        await log.WaitAsync(new LogPosition(Entries - 1), LogRung.Integrated, default);
        new Forger(Path).Bundle(0, leaves => leaves[3] = Leaf(4));

        (
            await Should.ThrowAsync<LogInconsistentException>(() => log.PublishCheckpointAsync(default))
        ).Message.ShouldContain("entry 3 isn't the same");

        File.Exists(Segment(Path)).ShouldBeTrue();
        var signed = log.LastCheckpoint.Size;
        await log.AppendAsync(Leaf(Entries), default);
        await Should.ThrowAsync<LogInconsistentException>(() => log.PublishCheckpointAsync(default));
        log.LastCheckpoint.Size.ShouldBe(signed);
    }

    [Fact]
    public async Task A_log_whose_first_entries_are_nowhere_is_not_opened()
    {
        await using (var log = await WriteSegmentsAsync())
        {
            await log.PublishCheckpointAsync(default);
        }

        File.Delete(System.IO.Path.Combine(Path, TilePath.Bundle(0, 256)));

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync())).Message.ShouldContain("missing");
    }

    [Fact]
    public async Task A_segment_stays_until_it_is_old_enough()
    {
        var clock = new SetClock(TimeProvider.System.GetUtcNow());
        var options = Options with { GiveUpAfter = TimeSpan.FromSeconds(60) };
        await using var log = await WriteSegmentsAsync(options, clock);
        var before = Segments().Length;
        await log.PublishCheckpointAsync(default);
        await log.PublishCheckpointAsync(default);
        Segments().Length.ShouldBe(before);

        clock.Advance(TimeSpan.FromSeconds(120));
        await log.PublishCheckpointAsync(default);
        Segments().Length.ShouldBe(before - 1);
    }

    [Fact]
    public async Task What_stands_in_a_segments_place_was_synced_before_it_went()
    {
        var disk = new RecordingDisk();
        var options = Options with { Disk = disk };
        await using var log = await WriteSegmentsAsync(options);
        await log.WaitAsync(new LogPosition(Entries - 1), LogRung.Integrated, default);
        disk.Tiles.ShouldBeEmpty();
        while (Segments().Length > 2)
        {
            await log.PublishCheckpointAsync(default);
        }

        var first = SegmentFile.List(Path)[0].Header.FirstIndex;
        first.ShouldBeGreaterThan(3 * 256);
        for (var number = 0; number * 256 < first; number++)
        {
            disk.Tiles.ShouldContain(TilePath.Tile(0, number, 256));
            disk.Tiles.ShouldContain(TilePath.Bundle(number, 256));
        }
    }

    [Fact]
    public async Task A_segment_stays_when_its_bundles_could_not_be_synced_and_they_are_written_again()
    {
        var disk = new RecordingDisk();
        var options = Options with { Disk = disk };
        await using var log = await WriteSegmentsAsync(options);
        await log.WaitAsync(new LogPosition(Entries - 1), LogRung.Integrated, default);
        disk.FailsTiles = true;
        await Should.ThrowAsync<IOException>(() => log.PublishCheckpointAsync(default));
        log.CheckpointProblem.ShouldNotBeNull();
        File.Exists(Segment(Path)).ShouldBeTrue();

        // A disk that failed once tells so once: what it lost is not in the cache's next sync.
        var bundle = System.IO.Path.Combine(Path, TilePath.Bundle(1, 256));
        await File.WriteAllBytesAsync(bundle, []);
        disk.FailsTiles = false;
        await log.PublishCheckpointAsync(default);
        new FileInfo(bundle).Length.ShouldBeGreaterThan(0);
        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_power_failure_took_of_the_tiles_is_laid_out_again()
    {
        await using (var log = await WriteSegmentsAsync())
        {
            await log.PublishCheckpointAsync(default);
        }

        // Given up below; above only the cache had it: empty files, missing ones, and another boot.
        var first = SegmentFile.List(Path)[0].Header.FirstIndex;
        first.ShouldBeGreaterThan(0);
        var block = (first / 256) + 1;
        await File.WriteAllBytesAsync(At(TilePath.Tile(0, block, 256)), []);
        File.Delete(At(TilePath.Bundle(block, 256)));
        foreach (var partial in System.IO.Directory.GetFiles(At("tile"), "*", SearchOption.AllDirectories))
        {
            if (partial.Contains(".p/", StringComparison.Ordinal))
            {
                File.Delete(partial);
            }
        }

        (await VerifyAsync()).Holds.ShouldBeFalse();
        await File.WriteAllTextAsync(At("tile/.boot"), "another boot");

        await using (var log = await OpenAsync())
        {
            await log.PublishCheckpointAsync(default);
        }

        (await VerifyAsync()).Faults.ShouldBeEmpty();
        (await ReadAsync(Path)).ShouldBe(Texts(Entries));
    }

    [Fact]
    public async Task Single_leaves_are_read_from_bundles_in_any_order_and_a_damaged_bundle_is_named()
    {
        await using (var log = await WriteSegmentsAsync())
        {
            while (Segments().Length > 2)
            {
                await log.PublishCheckpointAsync(default);
            }
        }

        var damaged = System.IO.Path.Combine(Path, Tiles.TilePath.Bundle(1, 256));
        var packed = await File.ReadAllBytesAsync(damaged);
        packed[packed.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(damaged, packed);
        using var lookup = new LeafLookup(Path);

        foreach (var i in (int[])[3, 200, 4, 4, 600, 255, 512, 0])
        {
            Encoding.UTF8.GetString(lookup.Read(i)!.Value.Span).ShouldBe(Encoding.UTF8.GetString(Leaf(i)));
        }

        Should
            .Throw<LogInconsistentException>(() => lookup.Read(300))
            .Message.ShouldContain("entry 300 is not readable");
        Encoding.UTF8.GetString(lookup.Read(5)!.Value.Span).ShouldBe(Encoding.UTF8.GetString(Leaf(5)));
    }

    private string At(string relative) => System.IO.Path.Combine(Path, relative);

    private static IEnumerable<string> Texts(int count) =>
        Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetString(Leaf(i)));

    private string[] Segments() => System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log");

    private async Task<TransparencyLog> WriteSegmentsAsync(LogOptions? options = null, TimeProvider? clock = null)
    {
        var log = await TransparencyLog.OpenAsync(Path, options ?? Options, clock ?? TimeProvider.System, default);
        for (var i = 0; i < Entries - 1; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        await log.AppendAsync(Leaf(Entries - 1), default);
        return log;
    }

    private sealed class RecordingDisk : ILogDisk
    {
        public ConcurrentBag<string> Tiles { get; } = [];

        public bool FailsTiles { get; set; }

        public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) =>
            SystemDisk.Instance.Write(file, bytes, offset);

        public void Sync(SafeFileHandle file)
        {
            var path = File.ResolveLinkTarget($"/proc/self/fd/{file.DangerousGetHandle()}", false)!.FullName;
            if (path.IndexOf("/tile/", StringComparison.Ordinal) is >= 0 and var at)
            {
                if (FailsTiles)
                {
                    throw new IOException("Input/output error");
                }

                Tiles.Add(path[(at + 1)..]);
            }

            SystemDisk.Instance.Sync(file);
        }
    }
}
