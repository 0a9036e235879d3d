using System.Threading.Channels;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Journals;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Tests.Journals;

public sealed class HeartbeatTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryLog _log = new();
    private readonly LostEntries _lost = new();
    private int _sessions = 1;

    [Fact]
    public async Task A_quiet_log_with_live_sessions_gets_an_entry_a_minute()
    {
        await using var heartbeat = Start();
        _sessions = 2;
        await BeatAsync();

        var entry = await _log.Entries.Reader.ReadAsync();
        entry.Kind.ShouldBe(EntryKind.Heartbeat);
        entry.Detail.ShouldBe("2 sessions");
        entry.Lost.ShouldBe(0);
        await BeatAsync();
        (await _log.Entries.Reader.ReadAsync()).Kind.ShouldBe(EntryKind.Heartbeat);
    }

    [Fact]
    public async Task A_log_that_is_written_to_or_an_instance_without_sessions_gets_none()
    {
        await using var heartbeat = Start();
        _log.Size++;
        await BeatAsync();
        _sessions = 0;
        await BeatAsync();
        _sessions = 1;
        _lost.Add();
        await BeatAsync();

        (await _log.Entries.Reader.ReadAsync()).Lost.ShouldBe(1);
        _log.Entries.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Entries_that_the_log_did_not_take_are_told_when_it_takes_one_again()
    {
        var journal = new TallyingJournal(_log, new LiveSessions(), _lost);
        await using var heartbeat = new Heartbeat(journal, () => _log.Size, () => _sessions, _lost, _clock);
        _log.IsBroken = true;
        var outcome = new Entry { Kind = EntryKind.Outcome };
        await Should.ThrowAsync<IOException>(async () => await journal.PostAsync(outcome, default));
        await Should.ThrowAsync<IOException>(async () => await journal.AppendAsync(outcome, default));
        await Should.ThrowAsync<IOException>(async () =>
            await journal.PostAsync(outcome with { Kind = EntryKind.Refusal }, default)
        );
        await BeatAsync();
        _log.IsBroken = false;
        await BeatAsync();

        (await _log.Entries.Reader.ReadAsync()).Lost.ShouldBe(2);
    }

    private Heartbeat Start() => new(_log, () => _log.Size, () => _sessions, _lost, _clock);

    // The timer is set anew once a beat is over.
    private async Task BeatAsync()
    {
        await _clock.WhenWaitedForAsync(Heartbeat.Every);
        _clock.Advance(Heartbeat.Every);
        await _clock.WhenWaitedForAsync(Heartbeat.Every);
    }

    private sealed class MemoryLog : IJournal
    {
        public Channel<Entry> Entries { get; } = Channel.CreateUnbounded<Entry>();

        public long Size { get; set; }

        public bool IsBroken { get; set; }

        public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
        {
            if (IsBroken)
            {
                throw new IOException("full");
            }

            Size++;
            Entries.Writer.TryWrite(entry);
            return ValueTask.FromResult(Size);
        }

        public async ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) =>
            await AppendAsync(entry, cancellationToken);
    }
}
