using System.Buffers.Binary;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>
/// Somebody who can write the log's files changes them, with checksums set right where that helps. Each change is found, named, and the log
/// doesn't open over it.
/// </summary>
public sealed class TamperTests : TemporaryLog
{
    private const int Entries = 20;
    private static readonly int s_record = Frame.HeadBytes + Leaf(0).Length;

    [Fact]
    public async Task Untouched_it_verifies()
    {
        await WriteAsync(Entries);

        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_an_entry_is_found_and_the_entry_named()
    {
        await WriteAsync(Entries);
        var original = await File.ReadAllBytesAsync(Segment(Path));
        for (var at = 0; at < s_record; at++)
        {
            var bytes = original.ToArray();
            bytes[SegmentHeader.Bytes + (7 * s_record) + at] ^= 0x10;
            await File.WriteAllBytesAsync(Segment(Path), bytes);

            var fault = (await VerifyAsync()).Faults.ShouldHaveSingleItem();
            fault.ShouldSatisfyAllConditions(
                () => fault.Kind.ShouldBe(LogFaultKind.Changed),
                () => fault.Index.ShouldBe(7)
            );
        }

        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_changed_entry_with_its_checksum_set_right_is_named()
    {
        await WriteAsync(Entries);
        Edit(records => Seal(records[7], "LEAF number 000007"u8));

        Only(await VerifyAsync(), LogFaultKind.Changed, 7);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_removed_entry_is_named()
    {
        await WriteAsync(Entries);
        Edit(records => records.RemoveAt(7));

        Only(await VerifyAsync(), LogFaultKind.Missing, 7);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task Two_entries_changed_about_are_named()
    {
        await WriteAsync(Entries);
        Edit(records => (records[3], records[11]) = (records[11], records[3]));

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeFalse();
        verdict
            .Faults.Select(fault => (fault.Kind, fault.Index))
            .ShouldBe([(LogFaultKind.Moved, 3L), (LogFaultKind.Moved, 11L)]);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_slipped_in_entry_is_named()
    {
        await WriteAsync(Entries);
        Edit(records =>
        {
            var forged = records[0].ToArray();
            Seal(forged, "leaf number 00000x"u8);
            records.Insert(5, forged);
        });

        Only(await VerifyAsync(), LogFaultKind.Inserted, 5);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_log_cut_short_at_an_entry_is_named_with_the_first_one_gone()
    {
        await WriteAsync(Entries);
        Edit(records => records.RemoveRange(15, 5));

        Only(await VerifyAsync(), LogFaultKind.Truncated, 15);
        (await RefusesToOpenAsync()).ShouldContain("covers 20 entries, the files hold 15");
    }

    [Fact]
    public async Task Entries_and_derived_hashes_replaced_together_dont_fit_the_signature()
    {
        await WriteAsync(Entries);
        Edit(records => Seal(records[7], "LEAF number 000007"u8));
        var hash = new byte[TreeHash.SizeBytes];
        TreeHash.Leaf("LEAF number 000007"u8, hash);
        var tilePath = System.IO.Path.Combine(Path, TilePath.Tile(0, 0, Entries));
        var tile = await File.ReadAllBytesAsync(tilePath);
        hash.CopyTo(tile, 7 * TreeHash.SizeBytes);
        await File.WriteAllBytesAsync(tilePath, tile);

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Kind.ShouldBe(LogFaultKind.Rewritten);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_log_rolled_back_whole_is_known_by_the_checkpoint_kept_elsewhere()
    {
        await WriteAsync(10);
        var old = Copy("old");
        await WriteAsync(10, from: 10);
        var newer = System.IO.Path.Combine(Path, "keys", "log.checkpoint");
        File.Copy(newer, System.IO.Path.Combine(old, "keys", "log.checkpoint"), overwrite: true);

        Only(await VerifyAsync(old), LogFaultKind.RolledBack, 10);
        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync(path: old))).Message.ShouldContain(
            "rolled back"
        );
    }

    [Fact]
    public async Task A_checkpoint_that_is_changed_missing_or_of_another_key_is_named()
    {
        await WriteAsync(Entries);
        var path = System.IO.Path.Combine(Path, "checkpoint");
        var good = await File.ReadAllTextAsync(path);

        await File.WriteAllTextAsync(path, good.Replace("\n20\n", "\n19\n"));
        (await VerifyAsync()).Faults[0].Kind.ShouldBe(LogFaultKind.CheckpointForged);
        await RefusesToOpenAsync();

        var forger = NoteSigner.Create(good.Split('\n')[0]);
        var root = Convert.ToHexStringLower(Convert.FromBase64String(good.Split('\n')[2]));
        await File.WriteAllTextAsync(path, new Checkpoint(forger.Verifier.Name, 20, root).Sign(forger));
        (await VerifyAsync()).Faults[0].Kind.ShouldBe(LogFaultKind.CheckpointForged);
        await RefusesToOpenAsync();

        File.Delete(path);
        File.Delete(System.IO.Path.Combine(Path, "keys", "log.checkpoint"));
        (await VerifyAsync()).Holds.ShouldBeFalse();
        (await RefusesToOpenAsync()).ShouldContain("no checkpoint");
    }

    [Fact]
    public async Task A_missing_segment_is_named()
    {
        await using (
            var log = await TransparencyLog.OpenAsync(
                Path,
                Options with
                {
                    SegmentBytes = 5000,
                    GiveUpAfter = TimeSpan.Zero,
                    MaxCommitEntries = 5,
                },
                TimeProvider.System,
                default
            )
        )
        {
            for (var i = 0; i < 300; i++)
            {
                await log.PostAsync(Leaf(i), default);
            }
        }

        File.Delete(Segment(Path, 3));
        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeFalse();
        verdict.Faults.ShouldContain(fault =>
            fault.Kind == LogFaultKind.SegmentMissing && fault.Text.Contains("00000004.log")
        );
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task A_log_without_its_key_or_with_another_logs_key_is_not_opened()
    {
        await WriteAsync(Entries);
        var key = System.IO.Path.Combine(Path, "keys", "log.key");
        File.Move(key, key + ".away");
        (await RefusesToOpenAsync()).ShouldContain("is missing");

        var another = System.IO.Path.Combine(Root, "another");
        await (await OpenAsync(path: another)).DisposeAsync();
        File.Copy(System.IO.Path.Combine(another, "keys", "log.key"), key);
        (await RefusesToOpenAsync()).ShouldContain("public half");
    }

    [Fact]
    public async Task A_record_that_an_agent_wrote_into_a_leaf_is_no_record()
    {
        // Without the salt, the bytes of a whole frame inside a leaf would look like a commit behind a torn one.
        var forged = new byte[s_record];
        Leaf(1).CopyTo(forged, Frame.HeadBytes);
        Frame.Seal(forged, salt: 0, startsCommit: true);
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync(Leaf(0), default);
            await log.AppendAsync((byte[])[.. new byte[100], .. forged, .. new byte[100]], default);
            _ = Copy("torn");
        }

        var torn = System.IO.Path.Combine(Root, "torn");
        var bytes = await File.ReadAllBytesAsync(Segment(torn));
        var end = SegmentHeader.Bytes + s_record + Frame.HeadBytes + 200 + s_record;
        await File.WriteAllBytesAsync(Segment(torn), bytes[..(end - 1)]);
        await using var again = await OpenAsync(path: torn);
        again.Size.ShouldBe(1);
    }

    private static void Only(LogVerdict verdict, LogFaultKind kind, long index)
    {
        var fault = verdict.Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(kind);
        fault.Index.ShouldBe(index);
    }

    private void Edit(Action<List<byte[]>> edit)
    {
        var bytes = File.ReadAllBytes(Segment(Path));
        var records = bytes.Skip(SegmentHeader.Bytes).Chunk(s_record).ToList();
        edit(records);
        File.WriteAllBytes(
            Segment(Path),
            [.. bytes.Take(SegmentHeader.Bytes), .. records.SelectMany(record => record)]
        );
    }

    private void Seal(byte[] record, ReadOnlySpan<byte> leaf)
    {
        var salt = BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(Segment(Path)).AsSpan(24));
        leaf.CopyTo(record.AsSpan(Frame.HeadBytes));
        Frame.Seal(record, salt, startsCommit: true);
    }

    private async Task<string> RefusesToOpenAsync() =>
        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync())).Message;
}
