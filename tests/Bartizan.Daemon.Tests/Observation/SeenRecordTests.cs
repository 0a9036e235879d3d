using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Observation;
using Bartizan.Sandbox.Observation;

namespace Bartizan.Daemon.Tests.Observation;

/// <summary>What an agent does so that what was seen of it isn't written.</summary>
public sealed class SeenRecordTests
{
    private readonly MemoryJournal _journal = new();
    private readonly List<string> _blind = [];

    [Fact]
    public async Task What_is_cut_off_says_so_and_counts_what_was_lost()
    {
        await FollowAsync([Written("/tmp/a")]);

        var last = _journal.Entries[^1];
        last.Detail.ShouldStartWith("cut short");
        last.Lost.ShouldBe(1);
        _blind.ShouldHaveSingleItem().ShouldContain("can't be seen");
    }

    [Fact]
    public async Task What_came_above_the_rate_is_lost_in_the_last_entry_also_where_it_was_cut_off()
    {
        var name = new string('n', 600);
        await FollowAsync(Enumerable.Range(0, 6000).Select(i => Written($"/tmp/{i}/{name}")));

        var entries = _journal.Entries;
        entries.Sum(entry => entry.Lost).ShouldBeGreaterThan(0);
        entries[^1].Detail.ShouldStartWith("cut short");
        (entries.SkipLast(1).Sum(entry => entry.Count) + entries.Sum(entry => entry.Lost)).ShouldBe(6000);
    }

    [Fact]
    public async Task Long_arguments_and_long_names_fill_an_entry_as_paths_do()
    {
        var start = new Sighting
        {
            Kind = SightingKind.Started,
            Count = 1,
            Path = "/usr/bin/true",
            Said = "/tmp/" + string.Concat(Enumerable.Repeat("../tmp/", 500)) + "true",
            Arguments = ["true", string.Concat(Enumerable.Repeat("a b ", 250))],
        };
        await FollowAsync(Enumerable.Repeat(start, 100));

        var entries = _journal.Entries.Where(entry => entry.Payloads.Length > 0).ToImmutableArray();
        entries.Sum(entry => entry.Count).ShouldBe(100);
        entries.ShouldAllBe(entry => entry.Payloads[0].Content.Length < 16_384);
    }

    [Fact]
    public async Task A_long_way_to_say_a_name_does_not_push_the_file_out()
    {
        await FollowAsync([
            Written("/proc/12/root/" + string.Concat(Enumerable.Repeat("tmp/../", 80)) + "kept/secret"),
        ]);

        _journal.Entries[0].Target.ShouldEndWith("kept/secret");
    }

    [Fact]
    public async Task No_name_of_a_file_reads_as_two_or_as_a_count()
    {
        await FollowAsync([Written("/tmp/a; /kept/b"), Written("/tmp/c ×900")]);

        var target = _journal.Entries[0].Target!;
        target.Split(SeenBatch.Between).Length.ShouldBe(2);
        target.ShouldNotContain("×");
    }

    [Fact]
    public async Task Whatever_goes_wrong_ends_the_session()
    {
        await SeenRecord.FollowAsync(Broken(), Runs, _journal, Open(), TimeProvider.System, _blind.Add);

        _blind.ShouldHaveSingleItem().ShouldContain("can't be recorded");
    }

    [Fact]
    public async Task An_observer_that_dies_before_it_told_anything_ends_the_session_too()
    {
        var clock = new ManualClock();
        var following = SeenRecord.FollowAsync(
            AsyncEnumerable.Empty<Sighting>(),
            Runs,
            _journal,
            Open(),
            clock,
            _blind.Add
        );
        while (!following.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        _blind.ShouldHaveSingleItem().ShouldContain("can't be seen");
        _journal.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sandbox_that_ended_before_anything_was_seen_in_it_is_no_blindness()
    {
        await SeenRecord.FollowAsync(
            AsyncEnumerable.Empty<Sighting>(),
            Task.CompletedTask,
            _journal,
            Open(),
            new ManualClock(),
            _blind.Add
        );

        _blind.ShouldBeEmpty();
    }

    // A sandbox that goes on.
    private static Task Runs { get; } = new TaskCompletionSource().Task;

    private Task FollowAsync(IEnumerable<Sighting> sightings) =>
        SeenRecord.FollowAsync(sightings.ToAsyncEnumerable(), Runs, _journal, Open(), new ManualClock(), _blind.Add);

    private static Sighting Written(string path) =>
        new()
        {
            Kind = SightingKind.Written,
            Count = 1,
            Path = path,
        };

    private static async IAsyncEnumerable<Sighting> Broken()
    {
        yield return Written("/tmp/a");
        await Task.Yield();
        throw new NotSupportedException("nobody thought of this");
    }

    private static Session Open()
    {
        var manifest = new Manifest
        {
            Agent = "agent",
            Version = 1,
            Layers = [new RuleLayer("manifest", false, [])],
        };
        return Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "ann", false).Session;
    }
}
