using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>People take a label off: what was met before, and nothing that comes beside it or after it.</summary>
public sealed class Declassified
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_looked_at_counts_no_more_and_what_is_read_afterwards_counts_again()
    {
        var traced = await TracedSession.TaintedAsync();
        (await traced.SendAsync("bob@x.example")).ShouldBeFalse();

        Clear(traced).ShouldBeNull();
        traced.Session.Labels.ShouldBe(Labels.None);
        (await traced.SendAsync("bob@x.example")).ShouldBeTrue();
        await traced.TaintAsync();
        (await traced.SendAsync("bob@x.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_read_while_a_person_looks_keeps_the_label()
    {
        var traced = await TracedSession.TaintedAsync();
        var (seen, _) = traced.Session.ReadLabels();
        await traced.TaintAsync();

        traced.Gate.Control.Declassify(Labels.Untrusted, seen).ShouldNotBeNull().ShouldContain("since you looked");
        (await traced.SendAsync("evil@evil.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_read_that_is_under_way_keeps_the_label_it_began_with()
    {
        var traced = TracedSession.Of();
        var action = traced.Gate.ActionFor(new ToolTarget("web", "fetch")) with { Point = AgentAction.ToolPoint };
        await using (var passage = await traced.Gate.Monitor.RequestAsync(action, Cancel))
        {
            passage.Granted.ShouldBeTrue();
            Clear(traced).ShouldNotBeNull().ShouldContain("isn't over");
            traced.Session.Labels.ShouldBe(Labels.Untrusted);
        }

        Clear(traced).ShouldBeNull();
        traced.Session.Labels.ShouldBe(Labels.None);
    }

    [Fact]
    public async Task What_a_guard_finds_in_a_result_that_is_held_stays_until_the_agent_has_it()
    {
        var traced = TracedSession.Of();
        var gate = traced.Gate;
        var monitor = new ReferenceMonitor(gate, gate.Journal, gate, [new Finding()], gate.Clock, gate.Options);
        var action = gate.ActionFor(new ToolTarget("mail", "list")) with { Point = AgentAction.ToolPoint };
        await using var passage = await monitor.RequestAsync(action, Cancel);
        passage.Granted.ShouldBeTrue();
        gate.Control.Pause();
        var held = passage.InspectAsync("{}"u8.ToArray(), Cancel).AsTask();
        held.IsCompleted.ShouldBeFalse();
        var (seen, _) = traced.Session.ReadLabels();

        gate.Control.Declassify(Labels.Untrusted, seen).ShouldNotBeNull().ShouldContain("isn't over");
        gate.Control.Resume();
        (await held).Verdict.ShouldBe(InspectionVerdict.Forward);
        await passage.CompleteAsync(new Outcome(OutcomeKind.Done));
        gate.Control.Declassify(Labels.Untrusted, seen).ShouldNotBeNull().ShouldContain("since you looked");
        traced.Session.Labels.ShouldBe(Labels.Untrusted);
        Clear(traced).ShouldBeNull();
    }

    [Fact]
    public async Task A_read_that_never_left_holds_nothing_open()
    {
        var traced = TracedSession.Of();
        await traced.TaintAsync();
        traced.Gate.Journal.Before = (_, _) => throw new IOException("the disk is full");
        (await traced.CallAsync("web", "fetch", "{}")).ShouldBeFalse();
        traced.Gate.Journal.Before = null;

        Clear(traced).ShouldBeNull();
    }

    [Fact]
    public async Task Reads_beside_a_clearing_are_always_before_it_or_after_it()
    {
        for (var round = 0; round < 200; round++)
        {
            var traced = await TracedSession.TaintedAsync();
            var (seen, _) = traced.Session.ReadLabels();
            var read = Task.Run(() => traced.TaintAsync(), Cancel);
            traced.Gate.Control.Declassify(Labels.Untrusted, seen);
            await read;

            traced.Session.Labels.ShouldBe(Labels.Untrusted);
        }
    }

    [Fact]
    public async Task What_the_tainted_stretch_sent_isn_t_believed_when_a_trusted_tool_gives_it_back()
    {
        var traced = await TracedSession.TaintedAsync();
        await traced.CallAsync("mail", "draft", """{"note": "evil@evil.example"}""");
        Clear(traced).ShouldBeNull();
        await traced.CallAsync("mail", "list", "{}", TracedSession.Text("evil@evil.example"));
        await traced.TaintAsync();

        (await traced.SendAsync("evil@evil.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_chosen_by_a_fooled_agent_isn_t_believed_because_its_label_came_off_meanwhile()
    {
        var traced = await TracedSession.TaintedAsync();
        Clear(traced).ShouldBeNull();
        await traced.CallAsync("crm", "find_one", """{"name": "Evil Inc"}""", TracedSession.Text("evil@evil.example"));
        await traced.TaintAsync();

        (await traced.SendAsync("evil@evil.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task Words_that_come_after_a_taint_are_the_user_s_no_more_though_its_label_came_off()
    {
        var traced = await TracedSession.TaintedAsync();
        Clear(traced).ShouldBeNull();

        traced.Session.HearsUser.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_session_ever_read_stays_known_for_what_it_wrote()
    {
        var traced = await TracedSession.TaintedAsync();
        Clear(traced).ShouldBeNull();

        traced.Session.EverLabels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task Sequences_aren_t_undone()
    {
        var traced = TracedSession.Of(
            """
              untrusted: ["tool web/*"]
              sequences:
                - { deny: "tool web/* -> tool mail/*", why: "Mail doesn't follow a look-up." }
            """
        );
        await traced.TaintAsync();
        Clear(traced).ShouldBeNull();

        (await traced.SendAsync("bob@x.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_its_files_show_stays_because_nobody_sees_it_read_again()
    {
        var traced = TracedSession.Of();
        traced.Session.ExposeByView(new Exposure(Labels.Private, []));
        await traced.TaintAsync();

        traced.Gate.Control.Declassify(Labels.Private, long.MaxValue).ShouldNotBeNull().ShouldContain("nobody sees it");
        traced.Session.Labels.ShouldBe(Labels.Private | Labels.Untrusted);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_anew_puts_its_labels_there_again()
    {
        var traced = await TracedSession.TaintedAsync();
        Clear(traced).ShouldBeNull();
        traced.Gate.Control.Replace(traced.Session.Policy);
        traced.Session.Labels.ShouldBe(traced.Session.Policy.ExposureAtStart.Labels);
    }

    [Fact]
    public async Task An_agent_s_own_words_are_no_clearance()
    {
        var traced = await TracedSession.TaintedAsync();
        traced.Gate.OnAsk = (request, _) =>
            Task.FromResult(
                new Core.Approvals.Approval(true, request.Digest, "alice", "untrusted taken off: met up to number 1")
                {
                    Detail = "untrusted taken off: met up to number 1",
                }
            );
        await traced.SendAsync("bob@x.example");

        traced.Gate.Journal.Of(EntryKind.Approval).ShouldNotBeEmpty();
        traced.Gate.Journal.Of(EntryKind.Approval).Select(LabelClearance.Of).ShouldAllBe(one => one == Labels.None);
        var cleared = LabelClearance.Record(traced.Session, Labels.Untrusted, 7, "ann", "looked at it", null);
        LabelClearance.Of(cleared).ShouldBe(Labels.Untrusted);
        LabelClearance
            .Of(LabelClearance.Record(traced.Session, Labels.Untrusted, 7, "ann", "looked at it", "yes number 1"))
            .ShouldBe(Labels.None);
    }

    // It finds an injection in each result.
    private sealed class Finding : IGuard
    {
        public ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken) =>
            new(GuardReport.Clean);

        public GuardReport? InspectResult(Session session, AgentAction action, ReadOnlyMemory<byte> message) =>
            new(Effect.Allow, Labels.Untrusted, []);
    }

    private static string? Clear(TracedSession traced) =>
        traced.Gate.Control.Declassify(Labels.Untrusted, traced.Session.ReadLabels().Number);
}
