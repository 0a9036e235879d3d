using System.Text;

namespace Bartizan.Log.Tests;

public sealed class LeafLookupTests : TemporaryLog
{
    [Fact]
    public async Task Each_leaf_is_found_by_its_index_and_none_behind_the_last()
    {
        await WriteSegmentsAsync();
        using var lookup = new LeafLookup(Path);

        Found(lookup, Enumerable.Range(0, 2000));
        lookup.Read(2000).ShouldBeNull();
        lookup.HashOf(2000).ShouldBeNull();
        lookup.HashOf(7).ShouldNotBe(lookup.HashOf(8));
    }

    [Fact]
    public async Task A_leaf_is_found_in_its_bundle_when_its_segment_was_given_up_before_or_while_looking()
    {
        await WriteSegmentsAsync();
        using var early = new LeafLookup(Path);
        early.Read(1999).ShouldNotBeNull();
        var segments = System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log").Order().ToList();
        segments.Count.ShouldBeGreaterThan(2);
        File.Delete(segments[0]);
        using var late = new LeafLookup(Path);

        Found(early, Enumerable.Range(0, 2000).Reverse());
        Found(late, Enumerable.Range(0, 2000));
    }

    [Fact]
    public async Task A_leaf_is_found_without_the_derived_index_and_while_the_log_grows()
    {
        await WriteSegmentsAsync();
        foreach (var index in System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.index"))
        {
            File.Delete(index);
        }

        using var lookup = new LeafLookup(Path);
        Found(lookup, Enumerable.Range(0, 2000).Where(i => i % 97 == 0));
        await WriteAsync(50, from: 2000);

        Found(lookup, Enumerable.Range(2000, 50));
    }

    [Fact]
    public async Task A_damaged_leaf_is_refused()
    {
        await WriteSegmentsAsync();
        var segment = System
            .IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log")
            .Single(file => File.ReadAllBytes(file).AsSpan().IndexOf(Leaf(1505)) > 0);
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().IndexOf(Leaf(1505))] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        using var lookup = new LeafLookup(Path);

        Should.Throw<LogInconsistentException>(() => lookup.Read(1505)).Message.ShouldContain("entry 1505");
        Found(lookup, [1504, 1506]);
    }

    private async Task WriteSegmentsAsync()
    {
        var options = Options with { SegmentBytes = 16 * 1024 };
        await using var log = await TransparencyLog.OpenAsync(Path, options, TimeProvider.System, default);
        for (var i = 0; i < 2000; i++)
        {
            // A segment ends between two commits: some must be waited for.
            await (i % 50 == 0 ? log.AppendAsync(Leaf(i), default).AsTask() : log.PostAsync(Leaf(i), default).AsTask());
        }

        await log.PublishCheckpointAsync(default);
    }

    private static void Found(LeafLookup lookup, IEnumerable<int> indexes)
    {
        foreach (var i in indexes)
        {
            Encoding.UTF8.GetString((lookup.Read(i) ?? default).Span).ShouldBe(Encoding.UTF8.GetString(Leaf(i)));
        }
    }
}
