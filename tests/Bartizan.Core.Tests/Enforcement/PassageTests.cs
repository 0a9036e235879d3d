using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Steps 9 to 11: what comes after the grant.</summary>
public sealed class PassageTests
{
    private static readonly ReadOnlyMemory<byte> Chunk = "chunk"u8.ToArray();

    [Fact]
    public async Task An_outcome_is_recorded_with_what_it_used()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        gate.Clock.Advance(TimeSpan.FromMilliseconds(250));
        var usage = new Usage { BytesIn = 5, Milliseconds = 9 };
        await passage.CompleteAsync(
            new Outcome(OutcomeKind.Done, "200", usage)
            {
                ToolCalls = ["Bash"],
                Payloads = [new Payload("response", "text/plain", Chunk)],
            }
        );
        var outcome = gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem();
        outcome.Passage.ShouldBe(passage.Number);
        outcome.Session.ShouldBe(gate.Session.Id);
        outcome.Agent.ShouldBe("tester@3");
        outcome.Verb.ShouldBe(Verb.Model);
        outcome.Target.ShouldBe("anthropic/claude");
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.Detail.ShouldBe("200");
        outcome.Usage.ShouldBe(usage with { Milliseconds = 250 });
        outcome.ToolCalls.ShouldBe(["Bash"]);
        outcome.Payloads.ShouldHaveSingleItem().Role.ShouldBe("response");
    }

    [Fact]
    public async Task The_first_outcome_counts()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using (var passage = await gate.RequestAsync())
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Failed, "refused"));
            await passage.CompleteAsync(new Outcome(OutcomeKind.Done));
        }

        gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem().Outcome.ShouldBe(OutcomeKind.Failed);
    }

    [Fact]
    public async Task A_passage_that_nobody_completes_is_abandoned()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using (await gate.RequestAsync()) { }
        gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem().Outcome.ShouldBe(OutcomeKind.Abandoned);
    }

    [Fact]
    public async Task A_refused_passage_has_no_outcome()
    {
        var gate = Gate.With(Gate.DenyModel);
        await using (var passage = await gate.RequestAsync())
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Done));
            (await passage.InspectAsync(Chunk, default)).Verdict.ShouldBe(InspectionVerdict.Cut);
        }

        gate.Journal.Of(EntryKind.Outcome).ShouldBeEmpty();
    }

    [Fact]
    public async Task Completing_with_nothing_is_a_bug_and_says_so()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        await Should.ThrowAsync<ArgumentNullException>(async () => await passage.CompleteAsync(null!));
    }

    [Fact]
    public async Task A_log_that_fails_at_the_outcome_does_not_break_the_point()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        gate.Journal.Before = (_, _) => throw new IOException();
        await passage.CompleteAsync(new Outcome(OutcomeKind.Done));
        gate.Journal.Of(EntryKind.Outcome).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_hangs_at_the_outcome_lets_the_point_go()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        gate.Journal.Before = (_, _) => new TaskCompletionSource().Task;
        var complete = passage.CompleteAsync(new Outcome(OutcomeKind.Done)).AsTask();
        await gate.Clock.WhenWaitedForAsync(gate.Options.RecordWithin);
        complete.IsCompleted.ShouldBeFalse();
        gate.Clock.Advance(gate.Options.RecordWithin);
        await complete;
    }

    [Fact]
    public async Task An_answer_with_endless_names_still_fits_a_leaf()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        var calls = Enumerable.Repeat(new string('t', 4096), 5000);
        await passage.CompleteAsync(new Outcome(OutcomeKind.Done, new string('d', 4096)) { ToolCalls = [.. calls] });
        var outcome = gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem();
        outcome.ToolCalls.Length.ShouldBe(32);
        outcome.ToolCalls[^1].ShouldBe("and 4969 more");
        outcome.ToolCalls[0].Length.ShouldBe(129);
        outcome.Detail!.Length.ShouldBe(513);
    }

    [Fact]
    public async Task Thirty_one_tool_calls_are_all_named()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        var name = new string('t', 128);
        await passage.CompleteAsync(new Outcome(OutcomeKind.Done) { ToolCalls = [.. Enumerable.Repeat(name, 31)] });
        gate.Journal.Of(EntryKind.Outcome).Single().ToolCalls.ShouldBe(Enumerable.Repeat(name, 31));
    }

    [Fact]
    public async Task Tool_calls_that_were_never_set_are_none()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        await passage.CompleteAsync(new Outcome(OutcomeKind.Done) { ToolCalls = default });
        gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem().ToolCalls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_chunk_passes_while_the_session_runs()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        var inspection = await passage.InspectAsync(Chunk, default);
        inspection.Verdict.ShouldBe(InspectionVerdict.Forward);
        inspection.Bytes.ShouldBe(Chunk);
    }

    [Fact]
    public async Task A_chunk_is_held_while_the_session_is_paused_and_passes_after()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        gate.Control.Pause();
        var held = passage.InspectAsync(Chunk, default);
        held.IsCompleted.ShouldBeFalse();
        gate.Control.Resume();
        (await held).Verdict.ShouldBe(InspectionVerdict.Forward);
    }

    [Fact]
    public async Task A_chunk_that_is_held_is_cut_by_a_kill_or_by_the_callers_end()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await gate.RequestAsync();
        using var source = new CancellationTokenSource();
        gate.Control.Pause();
        var cancelled = passage.InspectAsync(Chunk, source.Token);
        var killed = passage.InspectAsync(Chunk, default);
        await source.CancelAsync();
        (await cancelled).Verdict.ShouldBe(InspectionVerdict.Cut);
        killed.IsCompleted.ShouldBeFalse();
        gate.Control.End();
        var inspection = await killed;
        inspection.Verdict.ShouldBe(InspectionVerdict.Cut);
        inspection.Bytes.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_chunk_after_a_kill_or_after_the_outcome_is_cut()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var first = await gate.RequestAsync();
        await using var second = await gate.RequestAsync();
        await first.CompleteAsync(new Outcome(OutcomeKind.Done));
        (await first.InspectAsync(Chunk, default)).Verdict.ShouldBe(InspectionVerdict.Cut);
        (await second.InspectAsync(Chunk, default)).Verdict.ShouldBe(InspectionVerdict.Forward);
        gate.Control.End();
        (await second.InspectAsync(Chunk, default)).ShouldBe(default);
    }
}
