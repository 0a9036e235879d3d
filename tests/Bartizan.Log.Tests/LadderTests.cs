using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Tests;

/// <summary>An entry's way up: durable, integrated, published, witnessed.</summary>
public sealed class LadderTests : TemporaryLog
{
    private static readonly LogOptions s_quick = new()
    {
        IntegrateEvery = TimeSpan.FromMilliseconds(5),
        CheckpointEvery = TimeSpan.FromMilliseconds(20),
    };

    [Fact]
    public async Task An_entry_climbs_from_rung_to_rung_and_its_caller_can_wait_for_each()
    {
        await using var log = await OpenAsync(s_quick);
        var position = await log.AppendAsync(Leaf(0), default);
        log.Standing(LogRung.Durable).Size.ShouldBe(1);

        (await log.WaitAsync(position, LogRung.Durable, default)).Size.ShouldBe(1);
        (await log.WaitAsync(position, LogRung.Integrated, default)).ShouldBe(
            new LogStanding(LogRung.Integrated, 1, null)
        );
        var published = await log.WaitAsync(position, LogRung.Published, default);
        published.Size.ShouldBe(1);
        var note = published.Checkpoint.ShouldNotBeNull().Note;
        Checkpoint.Open(note, log.Verifier, out _).ShouldBe(log.LastCheckpoint);
        log.Standing(LogRung.Witnessed).Size.ShouldBe(0);
    }

    [Fact]
    public async Task A_tick_that_comes_a_little_early_publishes_all_the_same()
    {
        var clock = new SteppedClock();
        await using var log = await TransparencyLog.OpenAsync(Path, new LogOptions(), clock, default);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        foreach (var step in new[] { 1000, 999, 1001, 998 })
        {
            var position = await log.AppendAsync(Leaf(step), default);
            clock.Step(TimeSpan.FromMilliseconds(step));
            _ = await log.WaitAsync(position, LogRung.Published, limit.Token);
        }

        log.LastCheckpoint.Size.ShouldBe(4);
    }

    [Fact]
    public async Task Who_waits_for_witnesses_goes_on_when_enough_have_signed()
    {
        await using var log = await OpenAsync(s_quick with { Cosignatures = new Quorum(2) });
        var position = await log.AppendAsync(Leaf(0), default);
        var waiting = log.WaitAsync(position, LogRung.Witnessed, default);
        var note = (await log.WaitAsync(position, LogRung.Published, default)).Checkpoint!.Note;

        (await log.AcceptCosignaturesAsync(note + "— w1 AAAA\n", default)).ShouldBeFalse();
        waiting.IsCompleted.ShouldBeFalse();
        (await log.AcceptCosignaturesAsync(note + "— w1 AAAA\n— w2 AAAA\n", default)).ShouldBeTrue();

        var standing = await waiting;
        standing.Size.ShouldBe(1);
        standing.Checkpoint!.Note.ShouldContain("— w2 ");
        (await File.ReadAllTextAsync(System.IO.Path.Combine(Path, "witnessed"))).ShouldBe(standing.Checkpoint.Note);
    }

    [Fact]
    public async Task What_was_witnessed_is_known_when_the_log_opens_again()
    {
        var options = s_quick with { Cosignatures = new Quorum(1) };
        await using (var log = await OpenAsync(options))
        {
            var position = await log.AppendAsync(Leaf(0), default);
            var note = (await log.WaitAsync(position, LogRung.Published, default)).Checkpoint!.Note;
            await log.AcceptCosignaturesAsync(note + "— w1 AAAA\n", default);
        }

        await using var again = await OpenAsync(options);
        again.Standing(LogRung.Witnessed).Size.ShouldBe(1);
        await again.DisposeAsync();
        // A stricter policy than the one it was witnessed under counts anew.
        await using var stricter = await OpenAsync(options with { Cosignatures = new Quorum(2) });
        stricter.Standing(LogRung.Witnessed).Size.ShouldBe(0);
    }

    [Fact]
    public async Task Cosignatures_to_a_checkpoint_that_the_log_did_not_publish_are_refused()
    {
        await using var log = await OpenAsync(s_quick with { Cosignatures = new Quorum(0) });
        var position = await log.AppendAsync(Leaf(0), default);
        var note = (await log.WaitAsync(position, LogRung.Published, default)).Checkpoint!.Note;

        await Should.ThrowAsync<LogInconsistentException>(() =>
            log.AcceptCosignaturesAsync(note.Replace("\n1\n", "\n2\n"), default)
        );
        // The same key signed another tree of the same size: a split view.
        var signer = NoteSigner.Load(System.IO.Path.Combine(Path, "keys", "log.key"));
        var forked = new Checkpoint(log.Origin, 1, new string('a', 64)).Sign(signer);
        (
            await Should.ThrowAsync<LogInconsistentException>(() => log.AcceptCosignaturesAsync(forked, default))
        ).Message.ShouldContain("two logs");
    }

    [Fact]
    public async Task A_log_behind_its_witnessed_checkpoint_is_not_opened()
    {
        await using (var log = await OpenAsync(Options with { Cosignatures = new Quorum(0) }))
        {
            await log.AppendAsync(Leaf(0), default);
            await log.PublishCheckpointAsync(default);
        }

        var old = Copy("old");
        await WriteAsync(1, from: 1);
        File.Copy(
            System.IO.Path.Combine(Path, "checkpoint"),
            System.IO.Path.Combine(old, "witnessed"),
            overwrite: true
        );

        (await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync(path: old))).Message.ShouldContain(
            "rolled back"
        );
    }

    [Fact]
    public async Task Who_still_waits_when_the_log_closes_is_told()
    {
        var log = await OpenAsync(Options);
        var position = await log.AppendAsync(Leaf(0), default);
        var waiting = log.WaitAsync(position, LogRung.Witnessed, default);
        await log.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task A_slow_publisher_never_keeps_an_entry_from_being_durable()
    {
        // The disk hangs on whatever the integrator writes, not on the segment.
        var disk = new HangingTiles();
        await using var log = await OpenAsync(s_quick with { Disk = disk });
        await log.AppendAsync(Leaf(0), default);
        disk.Hanging.Wait(TestContext.Current.CancellationToken);

        for (var i = 1; i < 100; i++)
        {
            (await log.AppendAsync(Leaf(i), default)).Index.ShouldBe(i);
        }

        log.LastCheckpoint.Size.ShouldBe(0);
        disk.MayGoOn.Set();
        (await log.WaitAsync(new LogPosition(99), LogRung.Published, default)).Size.ShouldBe(100);
    }

    private Task<TransparencyLog> OpenAsync(LogOptions options) =>
        TransparencyLog.OpenAsync(Path, options, TimeProvider.System, default);

    private sealed class Quorum(int witnesses) : ICosignaturePolicy
    {
        public bool IsMet(SignedCheckpoint checkpoint) =>
            checkpoint.Note.Split('\n').Count(line => line.StartsWith("— w", StringComparison.Ordinal)) >= witnesses;
    }

    private sealed class HangingTiles : Disks.ILogDisk
    {
        public ManualResetEventSlim Hanging { get; } = new();

        public ManualResetEventSlim MayGoOn { get; } = new();

        public void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            if (!Thread.CurrentThread.IsThreadPoolThread)
            {
                Hanging.Set();
                MayGoOn.Wait();
            }

            Disks.SystemDisk.Instance.Write(file, bytes, offset);
        }

        public void Sync(Microsoft.Win32.SafeHandles.SafeFileHandle file) => Disks.SystemDisk.Instance.Sync(file);
    }
}
