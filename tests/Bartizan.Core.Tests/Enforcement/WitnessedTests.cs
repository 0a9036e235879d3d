using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary><c>durability: witnessed</c>: no witness, no action.</summary>
public sealed class WitnessedTests
{
    private const string Allow = Gate.AllowModel + " durability: witnessed";
    private const string Ask = Gate.AskModel + " durability: witnessed";

    [Theory]
    [InlineData(Allow)]
    [InlineData(Ask)]
    public async Task An_action_that_must_be_witnessed_leaves_once_its_own_intent_is(string rule)
    {
        var gate = Gate.With(rule);
        var witnesses = new TaskCompletionSource();
        var asked = new TaskCompletionSource<long>();
        gate.Journal.Witnesses = (index, _) =>
        {
            asked.SetResult(index);
            return witnesses.Task;
        };

        var request = gate.RequestAsync().AsTask();
        var index = await asked.Task;

        gate.Journal.Entries[(int)index].Kind.ShouldBe(EntryKind.Intent);
        request.IsCompleted.ShouldBeFalse();
        witnesses.SetResult();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
        passage.Obligations.Witnessed.ShouldBeTrue();
    }

    [Fact]
    public async Task Other_actions_wait_for_no_witness()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.Journal.Witnesses = (_, _) => new TaskCompletionSource().Task;

        await using var passage = await gate.RequestAsync();

        passage.Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_witnesses_what_must_be_witnessed_is_refused()
    {
        var gate = Gate.With(Allow);

        await using var passage = await gate.RequestAsync();

        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("this instance has none");
    }

    [Fact]
    public async Task Witnesses_that_never_answer_are_a_refusal_after_their_time_and_the_intent_is_cut()
    {
        var gate = Gate.Unguarded(Allow);
        gate.Journal.Witnesses = (_, _) => new TaskCompletionSource().Task;

        var waits = gate.Clock.WhenWaitedForAsync(gate.Options.WitnessWithin);
        var request = gate.RequestAsync().AsTask();
        await waits;
        gate.Clock.Advance(gate.Options.WitnessWithin);

        await using var passage = await request;
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("did not co-sign its record in time");
        gate.Journal.Of(EntryKind.Outcome).ShouldHaveSingleItem().Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task A_kill_while_the_witnesses_think_refuses()
    {
        var gate = Gate.With(Allow);
        gate.Journal.Witnesses = (_, _) =>
        {
            gate.Control.End();
            return Task.CompletedTask;
        };

        gate.ShouldBeRefused(await gate.RequestAsync());
    }

    [Fact]
    public async Task One_of_several_rules_that_demands_it_is_enough()
    {
        var gate = Gate.With("allow: model anthropic/claude", Allow);

        gate.ShouldBeRefused(await gate.RequestAsync());
    }
}
