using System.Text;

namespace Bartizan.Log.Tests;

public sealed class TransparencyLogTests : TemporaryLog
{
    [Fact]
    public async Task An_appended_leaf_reads_back_in_this_process_and_from_the_files()
    {
        await using var log = await OpenAsync();
        (await log.AppendAsync(Leaf(0), default)).ShouldBe(new LogPosition(0));
        (await log.AppendAsync(Leaf(1), default)).Index.ShouldBe(1);

        log.Size.ShouldBe(2);
        (await ReadAsync(Path)).ShouldBe(["leaf number 000000", "leaf number 000001"]);
        var own = new List<long>();
        await foreach (var leaf in log.ReadAsync(1, 10, default))
        {
            own.Add(leaf.Index);
        }

        own.ShouldBe([1]);
    }

    [Fact]
    public async Task A_closed_log_opens_again_and_goes_on()
    {
        await WriteAsync(10);
        await WriteAsync(10, from: 10);

        await using var log = await OpenAsync();
        log.Size.ShouldBe(20);
        log.Recovery.ShouldBe(new LogRecovery(Created: false, TornBytes: 0, BeyondCheckpoint: 0));
        (await ReadAsync(Path)).ShouldBe(Enumerable.Range(0, 20).Select(i => Encoding.UTF8.GetString(Leaf(i))));
    }

    [Fact]
    public async Task A_log_of_many_segments_reads_from_any_index_and_verifies()
    {
        await using (
            var log = await TransparencyLog.OpenAsync(
                Path,
                Options with
                {
                    SegmentBytes = 6000,
                    GiveUpAfter = TimeSpan.Zero,
                    MaxCommitEntries = 10,
                },
                TimeProvider.System,
                default
            )
        )
        {
            for (var i = 0; i < 1000; i++)
            {
                await log.PostAsync(Leaf(i), default);
            }
        }

        System.IO.Directory.GetFiles(System.IO.Path.Combine(Path, "seg"), "*.log").Length.ShouldBeGreaterThan(5);
        foreach (var from in new[] { 0, 1, 76, 77, 500, 999 })
        {
            (await ReadAsync(Path, from, 3))[0].ShouldBe(Encoding.UTF8.GetString(Leaf(from)));
        }

        (await ReadAsync(Path)).Count.ShouldBe(1000);
        (await VerifyAsync()).ShouldSatisfyAllConditions(
            verdict => verdict.Holds.ShouldBeTrue(),
            verdict => verdict.Entries.ShouldBe(1000),
            verdict => verdict.Unsigned.ShouldBe(0)
        );
        await using var again = await OpenAsync();
        again.Size.ShouldBe(1000);
    }

    [Fact]
    public async Task Leaves_of_every_length_survive_and_no_other_is_taken()
    {
        await using (var log = await OpenAsync())
        {
            foreach (var length in new[] { 1, 7, 8, 9, 504, 4096, 65_535 })
            {
                await log.AppendAsync(Enumerable.Repeat((byte)0x80, length).ToArray(), default);
            }

            await Should.ThrowAsync<ArgumentException>(async () => await log.AppendAsync(Array.Empty<byte>(), default));
            await Should.ThrowAsync<ArgumentException>(async () => await log.AppendAsync(new byte[65_536], default));
        }

        (await VerifyAsync()).Holds.ShouldBeTrue();
        var lengths = new List<int>();
        await foreach (var leaf in new LogDirectory(Path).ReadAsync(0, 100, default))
        {
            lengths.Add(leaf.Bytes.Length);
        }

        lengths.ShouldBe([1, 7, 8, 9, 504, 4096, 65_535]);
    }

    [Fact]
    public async Task Each_caller_finds_its_leaves_in_its_own_order()
    {
        await using (var log = await OpenAsync())
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 32)
                    .Select(async caller =>
                    {
                        for (var n = 0; n < 100; n++)
                        {
                            var leaf = Encoding.UTF8.GetBytes($"{caller} {n}");
                            if (n % 3 == 0)
                            {
                                await log.AppendAsync(leaf, default);
                            }
                            else
                            {
                                await log.PostAsync(leaf, default);
                            }
                        }
                    })
            );
        }

        var all = await ReadAsync(Path);
        all.Count.ShouldBe(3200);
        foreach (var caller in all.Select(text => text.Split(' ')).GroupBy(words => words[0]))
        {
            caller.Select(words => int.Parse(words[1], null)).ShouldBe(Enumerable.Range(0, 100));
        }
    }

    [Fact]
    public async Task All_who_wait_share_one_sync()
    {
        var disk = new FaultyDisk();
        await using var log = await OpenAsync(disk);
        disk.MaySync.Reset();
        var first = log.AppendAsync(Leaf(0), default).AsTask();
        disk.Syncing.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(1, 64).Select(i => log.AppendAsync(Leaf(i), default).AsTask()).ToArray();
        first.IsCompleted.ShouldBeFalse();
        disk.MaySync.Set();

        await Task.WhenAll(rest.Append(first));

        log.Syncs.ShouldBe(2);
    }

    [Fact]
    public async Task Who_posts_more_than_the_line_holds_waits_for_room()
    {
        var disk = new FaultyDisk();
        await using var log = await TransparencyLog.OpenAsync(
            Path,
            Options with
            {
                Disk = disk,
                MaxQueuedEntries = 4,
            },
            TimeProvider.System,
            default
        );
        disk.MaySync.Reset();
        var stuck = log.AppendAsync(Leaf(0), default).AsTask();
        disk.Syncing.Wait(TestContext.Current.CancellationToken);
        for (var i = 1; i <= 4; i++)
        {
            log.PostAsync(Leaf(i), default).AsTask().IsCompleted.ShouldBeTrue();
        }

        var outside = Enumerable.Range(5, 20).Select(i => log.PostAsync(Leaf(i), default).AsTask()).ToArray();
        outside.ShouldAllBe(post => !post.IsCompleted);
        disk.MaySync.Set();

        await Task.WhenAll(outside.Append(stuck));
        await log.DisposeAsync();
        (await ReadAsync(Path)).ShouldBe(Enumerable.Range(0, 25).Select(i => Encoding.UTF8.GetString(Leaf(i))));
    }

    [Fact]
    public async Task A_companion_is_synced_before_the_leaves_that_point_at_it()
    {
        var companion = new WatchedCompanion();
        await using var log = await TransparencyLog.OpenAsync(
            Path,
            Options with
            {
                Companion = companion,
            },
            TimeProvider.System,
            default
        );
        companion.Log = log;

        await log.AppendAsync(Leaf(0), default);
        companion.SizesAtFlush.ShouldBe([0]);
        companion.Fails = true;
        await Should.ThrowAsync<LogUnwritableException>(async () => await log.AppendAsync(Leaf(1), default));
        log.Size.ShouldBe(1);
    }

    [Fact]
    public async Task A_leaf_that_cant_be_written_fails_alone()
    {
        await using var log = await OpenAsync();
        await Should.ThrowAsync<InvalidOperationException>(async () =>
            await log.AppendAsync(new BrokenLeaf(), default)
        );

        (await log.AppendAsync(Leaf(0), default)).Index.ShouldBe(0);
    }

    [Fact]
    public async Task One_process_owns_a_log()
    {
        await using var log = await OpenAsync();

        (await Should.ThrowAsync<IOException>(() => OpenAsync())).Message.ShouldContain("another process");
    }

    [Fact]
    public async Task The_signing_key_is_its_owners_alone()
    {
        await WriteAsync(1);
        var key = System.IO.Path.Combine(Path, "keys", "log.key");
        File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync())).Message.ShouldContain("chmod 600");
    }

    private sealed class WatchedCompanion : ILogCompanion
    {
        public TransparencyLog? Log { get; set; }

        public bool Fails { get; set; }

        public List<long> SizesAtFlush { get; } = [];

        public int Flush(Disks.ILogDisk disk)
        {
            SizesAtFlush.Add(Log!.Size);
            return Fails ? throw new IOException("No space left on device") : 0;
        }
    }

    private sealed class BrokenLeaf : ILeafSource
    {
        public int EstimatedBytes => 1;

        public int Write(long index, Span<byte> leaf) => throw new InvalidOperationException("broken");
    }
}
