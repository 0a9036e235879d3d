using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Segments;

namespace Bartizan.Log.Tests;

public sealed class CrashTests : TemporaryLog
{
    [Fact]
    public async Task A_tail_torn_at_any_byte_is_cut_off_and_nothing_else()
    {
        var unsigned = await UnsignedCopyAsync();
        var whole = await File.ReadAllBytesAsync(Segment(unsigned));
        var record = 8 + Leaf(4).Length;
        for (var missing = 1; missing <= record; missing++)
        {
            var torn = CopyOf(unsigned, $"torn-{missing}");
            await File.WriteAllBytesAsync(Segment(torn), whole[..^missing]);

            await using (var log = await OpenAsync(path: torn))
            {
                log.Size.ShouldBe(4);
                log.Recovery.TornBytes.ShouldBe(record - missing);
                (await log.AppendAsync(Leaf(4), default)).Index.ShouldBe(4);
            }

            (await VerifyAsync(torn)).ShouldSatisfyAllConditions(
                verdict => verdict.Holds.ShouldBeTrue(),
                verdict => verdict.Entries.ShouldBe(5)
            );
        }
    }

    [Fact]
    public async Task A_sector_of_zeros_at_the_tail_is_a_torn_write()
    {
        var torn = await UnsignedCopyAsync();
        var bytes = await File.ReadAllBytesAsync(Segment(torn));
        bytes.AsSpan(bytes.Length - 8 - Leaf(4).Length).Clear();
        await File.WriteAllBytesAsync(Segment(torn), [.. bytes, .. new byte[512]]);

        await using var log = await OpenAsync(path: torn);

        log.Size.ShouldBe(4);
        (await log.AppendAsync(Leaf(4), default)).Index.ShouldBe(4);
    }

    [Fact]
    public async Task The_zeros_that_a_killed_writer_kept_are_no_torn_write()
    {
        var killed = await UnsignedCopyAsync(trimmed: false);
        (await File.ReadAllBytesAsync(Segment(killed))).Length.ShouldBeGreaterThan(SegmentWriter.ReserveBytes);

        (await VerifyAsync(killed)).Holds.ShouldBeTrue();
        await using var log = await OpenAsync(path: killed);

        log.Size.ShouldBe(5);
        log.Recovery.TornBytes.ShouldBe(0);
    }

    [Fact]
    public async Task Before_kept_zeros_a_tail_torn_at_any_byte_is_cut_off_and_nothing_else()
    {
        var unsigned = await UnsignedCopyAsync(trimmed: false);
        var whole = await File.ReadAllBytesAsync(Segment(unsigned));
        var end = Array.FindLastIndex(whole, b => b != 0) + 1;
        var record = 8 + Leaf(4).Length;
        for (var missing = 1; missing <= record; missing++)
        {
            var torn = CopyOf(unsigned, $"torn-{missing}");
            var bytes = (byte[])whole.Clone();
            bytes.AsSpan(end - missing, missing).Clear();
            await File.WriteAllBytesAsync(Segment(torn), bytes);

            await using var log = await OpenAsync(path: torn);
            log.Size.ShouldBe(4);
            (await log.AppendAsync(Leaf(4), default)).Index.ShouldBe(4);
        }
    }

    [Fact]
    public async Task Before_kept_zeros_a_bit_changed_in_the_last_commit_is_no_torn_tail()
    {
        var damaged = await UnsignedCopyAsync(trimmed: false);
        var bytes = await File.ReadAllBytesAsync(Segment(damaged));
        bytes[Array.FindLastIndex(bytes, b => b != 0)] ^= 1;
        await File.WriteAllBytesAsync(Segment(damaged), bytes);

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync(path: damaged))).Message.ShouldContain(
            "entry 4"
        );
    }

    [Fact]
    public async Task Closed_and_full_segments_end_with_their_last_record()
    {
        await using (
            var log = await TransparencyLog.OpenAsync(
                Path,
                new LogOptions { SegmentBytes = 8192, GiveUpAfter = TimeSpan.Zero },
                TimeProvider.System,
                default
            )
        )
        {
            for (var i = 0; i < 200; i++)
            {
                await log.AppendAsync(Leaf(i), default);
            }
        }

        var segments = System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log");
        segments.Length.ShouldBeGreaterThan(1);
        foreach (var segment in segments)
        {
            (await File.ReadAllBytesAsync(segment))[^1].ShouldNotBe((byte)0);
        }
    }

    [Fact]
    public async Task Damage_before_a_later_commit_is_no_torn_tail()
    {
        var damaged = await UnsignedCopyAsync();
        var bytes = await File.ReadAllBytesAsync(Segment(damaged));
        bytes.AsSpan(bytes.Length - (2 * (8 + Leaf(4).Length)), 12).Clear();
        await File.WriteAllBytesAsync(Segment(damaged), bytes);

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync(path: damaged))).Message.ShouldContain(
            "entry 3"
        );
    }

    [Fact]
    public async Task A_bit_changed_in_the_last_commit_is_no_torn_tail()
    {
        var damaged = await UnsignedCopyAsync();
        var bytes = await File.ReadAllBytesAsync(Segment(damaged));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Segment(damaged), bytes);

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync(path: damaged))).Message.ShouldContain(
            "entry 4"
        );
    }

    [Fact]
    public async Task A_full_disk_fails_the_append_and_all_after_it_until_the_log_opens_again()
    {
        var disk = new FaultyDisk();
        await using (var log = await OpenAsync(disk))
        {
            await log.AppendAsync(Leaf(0), default);
            disk.Full = true;
            (
                await Should.ThrowAsync<LogUnwritableException>(async () => await log.AppendAsync(Leaf(1), default))
            ).Message.ShouldContain("No space left");
            disk.Full = false;
            await Should.ThrowAsync<LogUnwritableException>(async () => await log.AppendAsync(Leaf(1), default));
            await Should.ThrowAsync<LogUnwritableException>(async () => await log.PostAsync(Leaf(1), default));
            log.Failure.ShouldNotBeNull();
            log.Size.ShouldBe(1);
        }

        await WriteAsync(1, from: 1);
        (await ReadAsync(Path)).Count.ShouldBe(2);
        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_torn_write_or_failed_sync_is_never_acknowledged(bool tears)
    {
        var disk = new FaultyDisk();
        await using (var log = await OpenAsync(disk))
        {
            await log.AppendAsync(Leaf(0), default);
            disk.TearsWrites = tears;
            disk.FailsToSync = !tears;
            var appends = Enumerable.Range(1, 20).Select(i => log.AppendAsync(Leaf(i), default).AsTask()).ToArray();
            foreach (var append in appends)
            {
                await Should.ThrowAsync<LogUnwritableException>(() => append);
            }
        }

        (await ReadAsync(Path)).ShouldBe([Encoding.UTF8.GetString(Leaf(0))]);
        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lost_index_is_made_again_and_reading_does_without_it()
    {
        await WriteAsync(20);
        var index = System.IO.Path.ChangeExtension(Segment(Path), ".index");
        var bytes = await File.ReadAllBytesAsync(index);
        File.Delete(index);

        (await ReadAsync(Path, 15, 2)).Count.ShouldBe(2);
        (await VerifyAsync()).Holds.ShouldBeTrue();
        await (await OpenAsync()).DisposeAsync();
        (await File.ReadAllBytesAsync(index)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_hole_that_a_full_disk_left_in_an_index_misleads_no_reader()
    {
        await WriteAsync(20);
        var index = System.IO.Path.ChangeExtension(Segment(Path), ".index");
        var bytes = await File.ReadAllBytesAsync(index);
        bytes.AsSpan(5 * SegmentFile.IndexEntryBytes, 10 * SegmentFile.IndexEntryBytes).Clear();
        await File.WriteAllBytesAsync(index, bytes);
        using var lookup = new LeafLookup(Path);

        foreach (var i in new[] { 0, 4, 5, 9, 14, 15, 19 })
        {
            (await ReadAsync(Path, i, 1)).ShouldBe([Encoding.UTF8.GetString(Leaf(i))]);
            lookup.Read(i)!.Value.ToArray().ShouldBe(Leaf(i));
        }

        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crash_between_the_two_copies_of_a_checkpoint_leaves_both_at_the_newest_when_the_log_opens()
    {
        await WriteAsync(5);
        var path = System.IO.Path.Combine(Path, "checkpoint");
        var older = await File.ReadAllTextAsync(path);
        await WriteAsync(5, from: 5);
        var newest = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, older);

        await (await OpenAsync()).DisposeAsync();

        (await File.ReadAllTextAsync(path)).ShouldBe(newest);
        (await VerifyAsync()).Unsigned.ShouldBe(0);
    }

    [Fact]
    public async Task Killed_at_random_points_a_writer_loses_nothing_that_was_acknowledged()
    {
        const int Kills = 20;
        for (var round = 0; round < Kills; round++)
        {
            var acknowledged = await KillAWriterAsync(RandomNumberGenerator.GetInt32(1, 3000));

            (await VerifyAsync()).Faults.ShouldBeEmpty();
            await (await OpenAsync()).DisposeAsync();
            var verdict = await VerifyAsync();
            verdict.Holds.ShouldBeTrue();
            verdict.Unsigned.ShouldBe(0);
            var leaves = await ReadAsync(Path);
            acknowledged.ShouldNotBeEmpty();
            foreach (var (index, text) in acknowledged)
            {
                leaves[index].ShouldStartWith(text + " ");
            }
        }
    }

    private async Task<List<(int Index, string Text)>> KillAWriterAsync(int afterLines)
    {
        var acknowledged = new List<(int, string)>();
        using var writer = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [KilledWriter.Argument, Path])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line may be cut by the kill: only whole ones were said.
            var words = line.Split(' ');
            if (words.Length == 4 && acknowledged.Count < afterLines)
            {
                acknowledged.Add((int.Parse(words[0], CultureInfo.InvariantCulture), string.Join(' ', words[1..])));
            }

            if (acknowledged.Count == afterLines && !writer.HasExited)
            {
                writer.Kill();
            }
        }

        await writer.WaitForExitAsync();
        return acknowledged;
    }

    // A copy of a log of five entries that no checkpoint covers yet, each written by a commit of its own.
    private async Task<string> UnsignedCopyAsync(bool trimmed = true)
    {
        await using var log = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }

        var copy = Copy("unsigned");
        if (trimmed)
        {
            var bytes = await File.ReadAllBytesAsync(Segment(copy));
            await File.WriteAllBytesAsync(Segment(copy), bytes[..(Array.FindLastIndex(bytes, b => b != 0) + 1)]);
        }

        return copy;
    }

    private string CopyOf(string source, string name)
    {
        var target = System.IO.Path.Combine(Root, name);
        foreach (var file in System.IO.Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var to = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(source, file));
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return target;
    }
}
