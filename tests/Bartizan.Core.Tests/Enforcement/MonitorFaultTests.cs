using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Whatever throws, hangs or is cancelled at any step: the answer is no, and nothing is granted.</summary>
public sealed class MonitorFaultTests
{
    private static readonly Exception[] Faults =
    [
        new InvalidOperationException("secret detail"),
        new IOException("secret detail"),
        new TimeoutException("secret detail"),
        new OperationCanceledException("secret detail"),
        new InsufficientMemoryException("secret detail"),
    ];

    public static TheoryData<int> EachFault => [.. Enumerable.Range(0, Faults.Length)];

    [Fact]
    public async Task Without_a_fault_the_same_action_is_granted()
    {
        foreach (var rule in new[] { Gate.AllowModel, Gate.AskModel })
        {
            var gate = Gate.With(rule);
            await using var passage = await gate.RequestAsync();
            passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task Sessions_that_throw_are_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnFind = _ => throw Faults[fault];
        await IsRefusedAsync(gate);
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task A_guard_that_throws_is_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => throw Faults[fault];
        await IsRefusedAsync(gate);
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task A_guard_that_fails_later_is_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => Task.FromException<GuardReport>(Faults[fault]);
        await IsRefusedAsync(gate);
    }

    [Fact]
    public async Task A_guard_that_reports_nothing_is_a_refusal()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => Task.FromResult<GuardReport>(null!);
        await IsRefusedAsync(gate);
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task Approvals_that_throw_are_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (_, _) => throw Faults[fault];
        await IsRefusedAsync(gate);
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task A_journal_that_throws_is_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.Journal.Before = (entry, _) =>
            entry.Kind == EntryKind.Intent ? Task.FromException(Faults[fault]) : Task.CompletedTask;
        await IsRefusedAsync(gate);
        gate.Journal.Of(EntryKind.Intent).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task A_journal_that_takes_nothing_at_all_is_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.Journal.Before = (_, _) => throw Faults[fault];
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        gate.Journal.Entries.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task An_approval_that_can_not_be_recorded_is_a_refusal(int fault)
    {
        var gate = Gate.With(Gate.AskModel);
        gate.Journal.Before = (entry, _) =>
            entry.Kind == EntryKind.Approval ? Task.FromException(Faults[fault]) : Task.CompletedTask;
        await IsRefusedAsync(gate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rules_that_throw_are_a_refusal(bool asked)
    {
        var gate = Gate.With(asked ? Gate.AskModel : Gate.AllowModel);
        var passage = await gate.Monitor.RequestAsync(gate.ActionFor(new ModelTarget(null!, null!)), default);
        gate.ShouldBeRefused(passage);
    }

    [Fact]
    public async Task An_action_without_a_target_is_a_refusal()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.ShouldBeRefused(await gate.Monitor.RequestAsync(gate.ActionFor(null!), default));
    }

    [Fact]
    public async Task Guards_that_were_never_wired_are_a_refusal()
    {
        var gate = Gate.With(Gate.AllowModel);
        var monitor = new ReferenceMonitor(gate, gate.Journal, gate, default, gate.Clock, gate.Options);
        gate.ShouldBeRefused(await monitor.RequestAsync(gate.Action, default));
    }

    [Fact]
    public async Task A_guard_that_hangs_is_a_refusal_after_its_time()
    {
        var gate = Gate.With(Gate.AllowModel);
        var told = new TaskCompletionSource<CancellationToken>();
        gate.OnInspect = (_, token) =>
        {
            told.SetResult(token);
            return new TaskCompletionSource<GuardReport>().Task;
        };
        await HangsAsync(gate, gate.Options.InspectWithin, told.Task);
        (await told.Task).IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_guard_that_spins_is_a_refusal_after_its_time()
    {
        using var end = new ManualResetEventSlim();
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) =>
        {
            end.Wait(CancellationToken.None);
            return Task.FromResult(GuardReport.Clean);
        };
        await HangsAsync(gate, gate.Options.InspectWithin);
        end.Set();
    }

    [Fact]
    public async Task A_person_who_never_answers_is_a_refusal_after_the_time_and_the_ask_is_taken_down()
    {
        var gate = Gate.With(Gate.AskModel);
        CancellationToken told = default;
        gate.OnAsk = (_, token) =>
        {
            told = token;
            return new TaskCompletionSource<Approval>().Task;
        };
        var says = await HangsAsync(gate, gate.Options.ApproveWithin, says: "nobody answered approval a-");
        says.ShouldMatch("^it was asked for and not approved: nobody answered approval a-[0-9a-f]{12} in time$");
        told.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_disk_that_hangs_is_a_refusal_after_its_time_and_what_it_writes_later_is_closed()
    {
        var gate = Gate.With(Gate.AllowModel);
        var disk = new TaskCompletionSource();
        gate.Journal.Before = (entry, _) => entry.Kind == EntryKind.Intent ? disk.Task : Task.CompletedTask;
        await HangsAsync(gate, gate.Options.RecordWithin);
        disk.SetResult();
        gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem().Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task An_approval_that_hangs_on_the_disk_is_a_refusal_after_its_time()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.Journal.Before = (entry, _) =>
            entry.Kind == EntryKind.Approval ? new TaskCompletionSource().Task : Task.CompletedTask;
        await HangsAsync(gate, gate.Options.RecordWithin);
    }

    [Fact]
    public async Task A_pause_that_never_ends_is_a_refusal_after_its_time()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.Control.Pause();
        await HangsAsync(gate, gate.Options.PauseWithin);
    }

    [Fact]
    public async Task Sessions_that_hang_grant_nothing_and_a_kill_meanwhile_counts()
    {
        using var end = new ManualResetEventSlim();
        var gate = Gate.With(Gate.AllowModel);
        gate.OnFind = _ =>
        {
            end.Wait();
            return gate.Session;
        };
        var request = Task.Run(() => gate.RequestAsync().AsTask());
        gate.Journal.Entries.ShouldBeEmpty();
        gate.Control.End();
        end.Set();
        gate.ShouldBeRefused(await request);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("find")]
    [InlineData("guard")]
    [InlineData("person")]
    [InlineData("approval entry")]
    [InlineData("intent entry")]
    [InlineData("after the intent")]
    public async Task A_request_that_is_cancelled_at_any_step_is_a_refusal(string step)
    {
        var gate = Gate.With(Gate.AskModel);
        using var source = new CancellationTokenSource();
        Func<string, Task> at = async name =>
        {
            if (name == step)
            {
                await source.CancelAsync();
            }
        };
        gate.OnFind = id =>
        {
            _ = at("find");
            return gate.Session;
        };
        gate.OnInspect = async (_, _) =>
        {
            await at("guard");
            return GuardReport.Clean;
        };
        gate.OnAsk = async (request, _) =>
        {
            await at("person");
            return new Approval(true, request.Digest, "alice", null);
        };
        gate.Journal.Before = async (entry, _) =>
        {
            await at(entry.Kind == EntryKind.Approval ? "approval entry" : "other");
            await at(entry.Kind == EntryKind.Intent ? "intent entry" : "other");
        };
        await at("before");
        if (step == "after the intent")
        {
            gate.OnFind = _ => gate.Session;
            gate.Journal.Before = (entry, _) =>
                entry.Kind == EntryKind.Intent ? source.CancelAsync() : Task.CompletedTask;
        }

        var passage = await gate.RequestAsync(source.Token);

        gate.ShouldBeRefused(passage);
        gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem();
        gate.Journal.Of(EntryKind.Intent).Any().ShouldBe(step is "intent entry" or "after the intent");
    }

    [Fact]
    public async Task An_intent_is_never_withdrawn_halfway()
    {
        var gate = Gate.With(Gate.AllowModel);
        using var source = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var disk = new TaskCompletionSource();
        gate.Journal.Before = (entry, token) =>
        {
            if (entry.Kind != EntryKind.Intent)
            {
                return Task.CompletedTask;
            }

            token.CanBeCanceled.ShouldBeFalse();
            asked.SetResult();
            return disk.Task;
        };
        var request = gate.RequestAsync(source.Token).AsTask();
        await asked.Task;
        await source.CancelAsync();

        var passage = await request;
        disk.SetResult();

        gate.ShouldBeRefused(passage);
    }

    private static async Task<string> HangsAsync(
        Gate gate,
        TimeSpan within,
        Task? entered = null,
        string says = "a step of the decision took too long"
    )
    {
        var request = gate.RequestAsync().AsTask();
        await (entered ?? Task.CompletedTask);
        await gate.Clock.WhenWaitedForAsync(within);
        gate.Clock.Advance(within - TimeSpan.FromTicks(1));
        request.IsCompleted.ShouldBeFalse();
        gate.Clock.Advance(TimeSpan.FromTicks(1));
        var passage = await request;
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain(says);
        return passage.Decision.Reason;
    }

    private static async Task IsRefusedAsync(Gate gate)
    {
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldNotContain("secret");
        gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem().Reason.ShouldBe(passage.Decision.Reason);
    }
}
