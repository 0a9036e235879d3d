using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Step 5 of the monitor: how long it waits, and what it records.</summary>
public sealed class AskingTests
{
    [Fact]
    public async Task The_shortest_time_of_the_rules_that_ask_counts()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.Control.Replace(Asking(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(2)));
        ApprovalRequest? shown = null;
        gate.OnAsk = (request, _) =>
        {
            shown = request;
            return new TaskCompletionSource<Approval>().Task;
        };
        var asked = gate.RequestAsync().AsTask();
        await gate.Clock.WhenWaitedForAsync(TimeSpan.FromMinutes(2));

        gate.Clock.Advance(TimeSpan.FromMinutes(2));

        gate.ShouldBeRefused(await asked);
        shown!.Within.ShouldBe(TimeSpan.FromMinutes(2));
        shown.Session.ShouldBe(gate.Session);
        shown.Policy.ShouldBe(gate.Session.Policy.Digest);
        var entry = gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem();
        entry.Person.ShouldBeNull();
        entry.Reason.ShouldBe($"nobody answered approval {shown.Id} in time");
    }

    [Fact]
    public async Task What_the_inbox_recorded_is_not_recorded_twice()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) =>
            Task.FromResult(new Approval(true, request.Digest, "alice", null) { Recorded = true });
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue();
        gate.Journal.Of(EntryKind.Approval).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_recorded_for_another_ask_is_recorded_as_refused_for_this_one()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (_, _) =>
            Task.FromResult(new Approval(true, Digest.Of("other"u8), "alice", null) { Recorded = true });
        gate.ShouldBeRefused(await gate.RequestAsync());
        gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem().Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public async Task An_answer_is_recorded_with_how_it_was_given_and_how_long_it_took()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) =>
            Task.FromResult(
                new Approval(true, request.Digest, "alice", null) { Detail = "once", Took = TimeSpan.FromSeconds(2) }
            );
        await using var passage = await gate.RequestAsync();
        var entry = gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem();
        (entry.Detail, entry.Usage!.Milliseconds).ShouldBe(("once", 2000));
    }

    [Theory]
    [InlineData("claude", true)]
    [InlineData("other", false)]
    public async Task A_draft_is_decided_from_the_start_and_never_granted_for_another_target(string model, bool granted)
    {
        var gate = Gate.With(Gate.AskModel);
        var asks = 0;
        gate.OnAsk = (request, _) =>
            Task.FromResult(
                ++asks == 1
                    ? new Approval(true, request.Digest, "alice", null) { Draft = JsonElement.Parse("{}") }
                    : new Approval(true, request.Digest, "alice", null)
            );
        var action = gate.Action with
        {
            Redrafted = draft => new Redraft(
                gate.ActionFor(new ModelTarget("anthropic", model)) with
                {
                    Arguments = draft,
                },
                null
            ),
        };

        await using var passage = await gate.Monitor.RequestAsync(action, TestContext.Current.CancellationToken);

        passage.Granted.ShouldBe(granted);
        asks.ShouldBe(granted ? 2 : 1);
        passage.Action?.Arguments.GetRawText().ShouldBe("{}");
    }

    [Fact]
    public async Task A_draft_without_a_person_or_for_an_action_that_takes_none_is_a_refusal()
    {
        foreach (var (person, redrafted) in ((string?, bool)[])[(null, true), ("alice", false)])
        {
            var gate = Gate.With(Gate.AskModel);
            gate.OnAsk = (request, _) =>
                Task.FromResult(new Approval(true, request.Digest, person, null) { Draft = JsonElement.Parse("{}") });
            var action = redrafted ? gate.Action with { Redrafted = _ => new Redraft(gate.Action, null) } : gate.Action;

            gate.ShouldBeRefused(await gate.Monitor.RequestAsync(action, TestContext.Current.CancellationToken));
        }
    }

    private static Policy Asking(params TimeSpan[] within) =>
        Policy.Compile(
            new Manifest
            {
                Agent = "tester",
                Version = 3,
                Layers =
                [
                    new RuleLayer(
                        "manifest",
                        IsCeiling: false,
                        [
                            .. within.Select(
                                (time, i) =>
                                    new Rule
                                    {
                                        Effect = Effect.Ask,
                                        Verb = Verb.Model,
                                        Pattern = "anthropic/*",
                                        Why = "The test needs it.",
                                        Position = new SourcePosition("agent.yaml", i + 1, 1),
                                        Approval = new ApprovalTerms { By = ["alice"], Within = time },
                                    }
                            ),
                        ]
                    ),
                ],
            }
        );
}
