using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Refusals are entries too; above a rate they are a number, and the number is never lost.</summary>
public sealed class RefusalRateTests
{
    private static readonly MonitorOptions Few = new() { RefusalBurst = 3, RefusalsPerSecond = 2 };

    [Fact]
    public async Task Up_to_the_burst_every_refusal_is_an_entry_of_its_own()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await RefuseAsync(gate, 3);
        gate.Journal.Entries.Select(entry => entry.Count).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task Above_the_burst_they_are_held_back_and_come_as_a_number_without_a_target()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await RefuseAsync(gate, 10);
        gate.Journal.Entries.Length.ShouldBe(3);
        gate.Clock.Advance(TimeSpan.FromMilliseconds(500));
        await RefuseAsync(gate, 1);
        gate.Journal.Entries.Length.ShouldBe(5);
        var held = gate.Journal.Entries[3];
        held.Kind.ShouldBe(EntryKind.Refusal);
        held.Count.ShouldBe(7);
        held.Lost.ShouldBe(7);
        held.Target.ShouldBeNull();
        held.Session.ShouldBe(gate.Session.Id);
        held.Agent.ShouldBe("tester@3");
        held.Effect.ShouldBe(Effect.Deny);
        held.Policy.ShouldBe(gate.Session.Policy.Digest);
        gate.Journal.Entries[4].Count.ShouldBe(1);
        Total(gate).ShouldBe(11);
    }

    [Fact]
    public async Task The_rate_comes_back_with_time_up_to_the_burst()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await RefuseAsync(gate, 3);
        gate.Clock.Advance(TimeSpan.FromMilliseconds(499));
        await RefuseAsync(gate, 1);
        gate.Journal.Entries.Length.ShouldBe(3);
        gate.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await RefuseAsync(gate, 1);
        gate.Journal.Entries.Length.ShouldBe(5);
        gate.Clock.Advance(TimeSpan.FromDays(1));
        await RefuseAsync(gate, 4);
        gate.Journal.Entries.Length.ShouldBe(8);
    }

    [Fact]
    public async Task At_the_sessions_end_the_owner_writes_what_was_held_back()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await RefuseAsync(gate, 10);
        gate.Control.End();
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        Total(gate).ShouldBe(10);
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        gate.Journal.Entries.Length.ShouldBe(4);
    }

    [Fact]
    public async Task What_was_held_back_says_its_labels_and_whether_it_was_observed()
    {
        var observed = Gate.Observing(Gate.DenyModel);
        observed.Session.AddLabels(Core.Sessions.Labels.Untrusted);
        await RefuseAsync(observed, observed.Options.RefusalBurst + 1);
        await observed.Monitor.FlushRefusalsAsync(observed.Session);
        observed.Journal.Entries[^1].Observed.ShouldBeTrue();
        observed.Journal.Entries[^1].Labels.ShouldBe(Core.Sessions.Labels.Untrusted);

        var nobody = Gate.With(Few, Gate.DenyModel);
        nobody.Known = null;
        await RefuseAsync(nobody, 10);
        await nobody.Monitor.FlushRefusalsAsync(null);
        nobody.Journal.Entries.ShouldAllBe(entry => !entry.Observed);
        nobody.Journal.Entries[^1].Count.ShouldBe(7);
    }

    [Fact]
    public async Task Without_anything_held_back_a_flush_writes_nothing()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        await gate.Monitor.FlushRefusalsAsync(null);
        gate.Journal.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_refused_after_the_flush_counts_with_the_strangers_and_is_not_lost()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        await RefuseAsync(gate, 10);
        gate.Journal.Entries.Length.ShouldBe(3);
        await gate.Monitor.FlushRefusalsAsync(null);
        Total(gate).ShouldBe(10);
        gate.Journal.Entries[^1].Session.ShouldBe(default);
    }

    [Fact]
    public async Task Invented_sessions_share_one_rate_and_leave_the_real_ones_theirs()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        for (var i = 0; i < 100; i++)
        {
            var action = gate.Action with { Session = Core.Sessions.SessionId.New() };
            (await gate.Monitor.RequestAsync(action, default)).Granted.ShouldBeFalse();
        }

        gate.Journal.Entries.Length.ShouldBe(3);
        await RefuseAsync(gate, 3);
        gate.Journal.Entries.Length.ShouldBe(6);
        await gate.Monitor.FlushRefusalsAsync(null);
        Total(gate).ShouldBe(103);
    }

    [Fact]
    public async Task What_the_log_does_not_take_is_written_when_it_does()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        gate.Journal.Before = (_, _) => throw new IOException();
        await RefuseAsync(gate, 5);
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        gate.Journal.Entries.ShouldBeEmpty();
        gate.Journal.Before = null;
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        await gate.Monitor.FlushRefusalsAsync(null);
        Total(gate).ShouldBe(5);
    }

    [Fact]
    public async Task A_number_that_the_log_does_not_take_is_kept_for_the_next()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await RefuseAsync(gate, 5);
        gate.Clock.Advance(TimeSpan.FromSeconds(1));
        gate.Journal.Before = (_, _) => throw new IOException();
        await RefuseAsync(gate, 1);
        gate.Journal.Before = null;
        await RefuseAsync(gate, 1);
        Total(gate).ShouldBe(7);
    }

    [Fact]
    public async Task A_log_that_hangs_holds_a_refusal_only_for_its_time()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        gate.Journal.Before = (_, _) => new TaskCompletionSource().Task;
        var request = gate.RequestAsync().AsTask();
        await gate.Clock.WhenWaitedForAsync(gate.Options.RecordWithin);
        request.IsCompleted.ShouldBeFalse();
        gate.Clock.Advance(gate.Options.RecordWithin);
        gate.ShouldBeRefused(await request);
    }

    [Fact]
    public async Task Threads_lose_no_refusal()
    {
        var gate = Gate.With(Few, Gate.DenyModel);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RefuseAsync(gate, 250))));
        await gate.Monitor.FlushRefusalsAsync(gate.Session);
        Total(gate).ShouldBe(1000);
        gate.Journal.Entries.Length.ShouldBe(4);
    }

    private static async Task RefuseAsync(Gate gate, int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await gate.RequestAsync()).Granted.ShouldBeFalse();
        }
    }

    private static long Total(Gate gate) => gate.Journal.Of(EntryKind.Refusal).Sum(entry => entry.Count);
}
