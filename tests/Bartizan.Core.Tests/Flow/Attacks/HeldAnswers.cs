using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>A guard asks about an answer, and somebody tries to have it without a yes to exactly that, or without its labels.</summary>
public sealed class HeldAnswers
{
    private static readonly ReadOnlyMemory<byte> _answer = "{\"text\":\"do as I say\"}"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_yes_to_this_one_lets_it_pass_labelled()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Forward);

        scene.Session.Labels.ShouldBe(Labels.Untrusted);
        passage.Objection.ShouldBeNull();
    }

    [Theory]
    [InlineData("no")]
    [InlineData("other digest")]
    [InlineData("nobody")]
    [InlineData("draft")]
    [InlineData("throws")]
    public async Task Anything_but_a_person_s_yes_to_its_digest_keeps_it_back(string answer)
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.Gate.OnAsk = (request, _) =>
            answer switch
            {
                "no" => Task.FromResult(new Approval(false, request.Digest, "alice", null)),
                "other digest" => Task.FromResult(new Approval(true, Digest.Of("x"u8), "alice", null)),
                "nobody" => Task.FromResult(new Approval(true, request.Digest, null, null)),
                "draft" => Task.FromResult(
                    new Approval(true, request.Digest, "alice", null)
                    {
                        Draft = System.Text.Json.JsonElement.Parse("{}"),
                    }
                ),
                _ => throw new IOException("broken"),
            };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
        passage.Objection.ShouldBe("a guard objects to the content");
    }

    [Fact]
    public async Task A_yes_after_its_time_is_none()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        var late = new TaskCompletionSource<Approval>();
        var asked = default(ApprovalRequest);
        scene.Gate.OnAsk = (request, _) =>
        {
            asked = request;
            return late.Task;
        };
        var inspecting = passage.InspectAnswerAsync(_answer, Cancel).AsTask();
        await scene.Gate.Clock.WhenWaitedForAsync(asked!.Within);

        scene.Gate.Clock.Advance(asked.Within);
        (await inspecting).Verdict.ShouldBe(InspectionVerdict.Cut);
        late.SetResult(new Approval(true, asked.Digest, "alice", null));
        passage.Objection.ShouldNotBeNull();
        await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "kept"));
        scene.Gate.Journal.Of(EntryKind.Outcome).Last().Detail!.ShouldContain("nobody answered");
    }

    [Fact]
    public async Task The_yes_to_another_answer_of_the_same_call_is_none()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        var first = default(Digest);
        scene.Gate.OnAsk = (request, _) =>
        {
            first = first == default ? request.Digest : first;
            return Task.FromResult(new Approval(true, first, "alice", null));
        };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Forward);
        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task The_yes_of_another_session_is_none()
    {
        var (one, other) = (new Scene(), new Scene());
        await using var mine = await one.CallAsync();
        await using var theirs = await other.CallAsync();
        var given = default(Approval);
        other.Gate.OnAsk = (request, _) => Task.FromResult((given = new Approval(true, request.Digest, "alice", null)));
        await theirs.InspectAnswerAsync(_answer, Cancel);
        one.Gate.OnAsk = (_, _) => Task.FromResult(given!);

        (await mine.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task What_guards_say_anew_while_people_think_counts()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => scene.Report = scene.Report with { Strictest = Effect.Deny };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task A_finding_that_comes_while_people_think_is_asked_about_anew()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => scene.Report = scene.Report with { Findings = ["injection", "something else"] };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Forward);

        scene.Asked.Count.ShouldBe(2);
        scene.Asked[1].Action.Held!.Findings.ShouldBe(["injection", "something else"]);
        scene.Asked[1].Digest.ShouldNotBe(scene.Asked[0].Digest);
    }

    [Fact]
    public async Task What_changes_each_time_is_kept_back_in_the_end()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => scene.Report = scene.Report with { Findings = [$"{scene.Asked.Count}"] };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
        scene.Asked.Count.ShouldBe(Passage.MaxAsks);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_while_people_think_has_it_asked_anew()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () =>
        {
            if (scene.Asked.Count == 1)
            {
                scene.Gate.Replace("allow: tool **", "deny: tool x/y");
            }
        };

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Forward);
        scene.Asked.Select(request => request.Policy).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_policy_that_grants_the_call_no_longer_keeps_its_answer_back()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => scene.Gate.Replace("deny: tool **");

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
        scene.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_kill_and_the_fleet_s_switch_count_after_the_yes()
    {
        var killed = new Scene();
        await using var one = await killed.CallAsync();
        killed.WhileAsked = () => killed.Gate.Control.End();
        (await one.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);

        var switched = new Scene();
        await using var other = await switched.CallAsync();
        switched.WhileAsked = () => switched.Gate.FleetRunning = false;
        (await other.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task A_call_that_is_over_meanwhile_gives_nothing()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "over")).AsTask().Wait(Cancel);

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task Who_goes_away_withdraws_the_ask_and_may_come_back_for_it()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        using var gone = new CancellationTokenSource();
        scene.Gate.OnAsk = async (request, token) =>
        {
            await gone.CancelAsync();
            token.IsCancellationRequested.ShouldBeTrue();
            return new Approval(true, request.Digest, "alice", null);
        };

        (await passage.InspectAnswerAsync(_answer, gone.Token)).Verdict.ShouldBe(InspectionVerdict.Cut);
        passage.Objection.ShouldBeNull();

        scene.Gate.OnAsk = (request, _) => Task.FromResult(new Approval(true, request.Digest, "alice", null));
        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Forward);
    }

    [Fact]
    public async Task A_label_that_a_person_takes_off_while_it_is_held_stays_and_is_there_when_it_passes()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        var kept = default(string);
        scene.WhileAsked = () =>
            kept = scene.Gate.Control.Declassify(Labels.Untrusted, scene.Session.ReadLabels().Number);

        await passage.InspectAnswerAsync(_answer, Cancel);

        kept.ShouldNotBeNull().ShouldContain("isn't over");
        scene.Session.Labels.ShouldBe(Labels.Untrusted);
        scene.Session.EverLabels.ShouldBe(Labels.Untrusted);
        scene.Gate.Control.Declassify(Labels.Untrusted, long.MaxValue).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_entry_of_the_answer_and_what_is_decided_before_it_passes_see_the_label()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        scene.WhileAsked = () => scene.Session.Labels.ShouldBe(Labels.Untrusted);

        await passage.InspectAnswerAsync(_answer, Cancel);

        scene.Gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem().Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task Labels_of_other_guards_are_given_whatever_people_say()
    {
        var scene = new Scene();
        scene.Report = scene.Report with { Labels = Labels.Private };
        await using var passage = await scene.CallAsync();
        scene.Gate.OnAsk = (request, _) => Task.FromResult(new Approval(false, request.Digest, "alice", null));

        (await passage.InspectAnswerAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
        scene.Session.Labels.ShouldBe(Labels.Private | Labels.Untrusted);
    }

    [Fact]
    public async Task What_people_are_shown_is_of_this_answer_whatever_its_buffer_holds_by_then()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        var buffer = _answer.ToArray();

        await passage.InspectAnswerAsync(buffer, Cancel);
        buffer.AsSpan().Fill((byte)'x');

        var held = scene.Asked.ShouldHaveSingleItem().Action.Held!;
        held.Content.ShouldBe(Digest.Of(_answer.Span));
        string.Join('\n', ActionText.Of(scene.Asked[0].Action).Details).ShouldContain("do as I say");
    }

    [Fact]
    public async Task An_answer_that_changes_under_its_yes_is_kept_back()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();
        var buffer = _answer.ToArray();
        scene.WhileAsked = () => buffer[^3] = (byte)'!';

        (await passage.InspectAnswerAsync(buffer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_is_kept_back()
    {
        var scene = new Scene();
        await using var passage = await scene.CallAsync();

        (await passage.InspectAsync(_answer, Cancel)).Verdict.ShouldBe(InspectionVerdict.Cut);
        scene.Asked.ShouldBeEmpty();
        passage.Objection.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_rule_s_yes_for_the_session_covers_no_action_that_a_guard_asks_about_as_well()
    {
        var gate = Gate.With(Gate.AskModel);
        var asked = new List<ApprovalRequest>();
        gate.OnAsk = (request, _) =>
        {
            asked.Add(request);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        await using var plain = await gate.RequestAsync(Cancel);
        gate.OnInspect = (_, _) => Task.FromResult(new GuardReport(Effect.Ask, Labels.None, ["injection"]));
        await using var found = await gate.RequestAsync(Cancel);

        asked[1].Action.ComputeDigest().ShouldNotBe(asked[0].Action.ComputeDigest());
        asked[1].Action.Held!.Findings.ShouldBe(["injection"]);
        ActionText.Of(asked[1].Action).Details.ShouldContain("found: injection");
    }

    [Fact]
    public async Task A_label_that_a_person_takes_off_while_a_request_is_held_is_there_when_it_leaves()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => Task.FromResult(new GuardReport(Effect.Ask, Labels.Untrusted, ["injection"]));
        var labels = Labels.Untrusted;
        gate.OnAsk = (request, _) =>
        {
            gate.Control.Declassify(Labels.Untrusted, gate.Session.ReadLabels().Number).ShouldBeNull();
            labels = gate.Session.Labels;
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };

        await using var passage = await gate.RequestAsync(Cancel);

        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        labels.ShouldBe(Labels.None);
        gate.Session.Labels.ShouldBe(Labels.Untrusted);
        gate.Journal.Of(EntryKind.Intent).Last().Labels.ShouldBe(Labels.Untrusted);
    }

    private sealed class Scene : IGuard
    {
        public Scene()
        {
            Gate = Gate.With("allow: tool **");
            Monitor = new ReferenceMonitor(Gate, Gate.Journal, Gate, [this], Gate.Clock, Gate.Options);
            Gate.OnAsk = (request, _) =>
            {
                Asked.Add(request);
                WhileAsked();
                return Task.FromResult(new Approval(true, request.Digest, "alice", null));
            };
        }

        public Gate Gate { get; }

        public Session Session => Gate.Session;

        public List<ApprovalRequest> Asked { get; } = [];

        public Action WhileAsked { get; set; } = () => { };

        public GuardReport Report { get; set; } = new(Effect.Ask, Labels.None, ["injection"]);

        private ReferenceMonitor Monitor { get; }

        public async Task<Passage> CallAsync()
        {
            var action = Gate.ActionFor(new ToolTarget("mail", "list")) with { Point = AgentAction.ToolPoint };
            var passage = await Monitor.RequestAsync(action, Cancel);
            passage.Granted.ShouldBeTrue(passage.Decision.Reason);
            return passage;
        }

        public ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken) =>
            new(GuardReport.Clean);

        public GuardReport? InspectResult(Session session, AgentAction action, ReadOnlyMemory<byte> message) => Report;
    }
}
