using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>Tiles that are laid out again after a power failure, and who makes use of that.</summary>
public sealed class LaidAnewTests : TemporaryLog
{
    // More than the tiles of one group: those are put in their place while later entries are still being read.
    private const int Entries = 12_000;

    public LaidAnewTests() =>
        Options = Options with
        {
            SegmentBytes = 64 * 1024,
            MaxCommitEntries = 500,
            IntegrateEvery = TimeSpan.FromHours(1),
        };

    [Fact]
    public async Task A_changed_segment_and_a_power_failure_dont_destroy_what_names_the_change()
    {
        await WriteAllAsync();
        var forger = new Forger(Path);
        var first = SegmentFile.List(Path)[1].Header.FirstIndex;
        forger.Records(1, leaves => leaves[5] = Leaf(7));
        Reboot();

        await using (var log = await OpenAsync())
        {
            await Should.ThrowAsync<LogInconsistentException>(() => log.PublishCheckpointAsync(default));
        }

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeFalse();
        verdict.Faults.ShouldContain(fault => fault.Index == first + 5 && fault.Kind != LogFaultKind.Rewritten);
        verdict.Faults.ShouldNotContain(fault => fault.Kind == LogFaultKind.Rewritten);
    }

    [Fact]
    public async Task A_changed_segment_and_a_lost_tile_dont_destroy_the_bundles_that_hold_what_was_written()
    {
        await WriteAllAsync();
        new Forger(Path).Records(0, leaves => leaves[5] = Leaf(7));
        File.Delete(At(TilePath.Tile(0, 2, 256)));
        var bundle = await File.ReadAllBytesAsync(At(TilePath.Bundle(0, 256)));

        await using (var log = await OpenAsync())
        {
            await Should.ThrowAsync<LogInconsistentException>(() => log.PublishCheckpointAsync(default));
        }

        (await File.ReadAllBytesAsync(At(TilePath.Bundle(0, 256)))).ShouldBe(bundle);
    }

    [Fact]
    public async Task After_a_power_failure_nothing_counts_as_published_before_its_tiles_are_there_again()
    {
        await WriteAllAsync();
        Reboot();
        await using var log = await OpenAsync();
        log.Standing(LogRung.Published).Size.ShouldBe(0);

        await log.PublishCheckpointAsync(default);
        log.Standing(LogRung.Published).Size.ShouldBe(Entries);
    }

    [Fact]
    public async Task A_bundle_that_is_gone_is_made_again_before_its_segment_goes()
    {
        await WriteAllAsync();
        File.Delete(At(TilePath.Bundle(1, 256)));
        await using (var log = await OpenAsync())
        {
            await Should.ThrowAsync<IOException>(async () =>
            {
                for (var i = 0; i < 2; i++)
                {
                    await log.PublishCheckpointAsync(default);
                }
            });
            while (SegmentFile.List(Path).Count > 2)
            {
                await log.PublishCheckpointAsync(default);
            }
        }

        (await VerifyAsync()).Faults.ShouldBeEmpty();
        (await ReadAsync(Path)).Count.ShouldBe(Entries);
    }

    [Fact]
    public async Task However_its_path_is_written_a_log_gives_its_segments_up()
    {
        await WriteAllAsync();
        await using var log = await OpenAsync(path: $"{Root}//log/");
        while (SegmentFile.List(Path).Count > 2)
        {
            await log.PublishCheckpointAsync(default);
        }
    }

    private async Task WriteAllAsync()
    {
        await using var log = await OpenAsync();
        for (var i = 0; i < Entries - 1; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        await log.AppendAsync(Leaf(Entries - 1), default);
    }

    private void Reboot() => File.WriteAllText(At("tile/.boot"), "another boot");

    private string At(string relative) => System.IO.Path.Combine(Path, relative);
}
