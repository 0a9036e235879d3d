using System.Text;
using Bartizan.Log.Tests.Attacks;

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

        File.Delete(System.IO.Path.Combine(Path, Tiles.TilePath.Bundle(0, 256)));

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync())).Message.ShouldContain("missing");
    }

    private static IEnumerable<string> Texts(int count) =>
        Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetString(Leaf(i)));

    private string[] Segments() => System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log");

    private async Task<TransparencyLog> WriteSegmentsAsync()
    {
        var log = await OpenAsync();
        for (var i = 0; i < Entries - 1; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        await log.AppendAsync(Leaf(Entries - 1), default);
        return log;
    }
}
