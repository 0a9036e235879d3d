using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Sessions;

/// <summary>The state machine of a session, and what its owner's hand can do.</summary>
public sealed class SessionTests
{
    private readonly Gate _gate = Gate.With(Gate.AllowModel);

    private Session Session => _gate.Session;

    private SessionControl Control => _gate.Control;

    [Fact]
    public void A_session_says_who_it_is()
    {
        Session.Agent.ShouldBe("tester@3");
        Session.Person.ShouldBe("alice");
        Session.Observe.ShouldBeFalse();
        Session.Labels.ShouldBe(Labels.None);
        Session.Manifest.Agent.ShouldBe("tester");
        Control.Session.ShouldBeSameAs(Session);
    }

    [Fact]
    public void A_session_goes_its_way_and_no_other()
    {
        var (session, control) = Session.Open(SessionId.New(), Session.Manifest, Session.Policy, "alice", true);
        session.State.ShouldBe(SessionState.Preparing);
        session.Observe.ShouldBeTrue();
        control.Pause().ShouldBeFalse();
        control.Resume().ShouldBeFalse();
        control.Finish().ShouldBeFalse();
        control.Start().ShouldBeTrue();
        control.Start().ShouldBeFalse();
        session.State.ShouldBe(SessionState.Running);
        control.Resume().ShouldBeFalse();
        control.Pause().ShouldBeTrue();
        control.Pause().ShouldBeFalse();
        session.State.ShouldBe(SessionState.Paused);
        control.Finish().ShouldBeFalse();
        control.Resume().ShouldBeTrue();
        session.Revoked.IsCancellationRequested.ShouldBeFalse();
        control.End().ShouldBeTrue();
        session.Revoked.IsCancellationRequested.ShouldBeTrue();
        control.End().ShouldBeFalse();
        session.State.ShouldBe(SessionState.Ending);
        control.Start().ShouldBeFalse();
        control.Resume().ShouldBeFalse();
        control.Pause().ShouldBeFalse();
        control.Finish().ShouldBeTrue();
        control.Finish().ShouldBeFalse();
        control.End().ShouldBeFalse();
        session.State.ShouldBe(SessionState.Ended);
    }

    [Fact]
    public void A_session_can_be_ended_while_it_is_prepared()
    {
        var (session, control) = Session.Open(SessionId.New(), Session.Manifest, Session.Policy, "alice", false);
        control.End().ShouldBeTrue();
        session.State.ShouldBe(SessionState.Ending);
    }

    [Fact]
    public async Task Only_a_running_session_is_running()
    {
        (await Session.WhenRunningAsync(default)).ShouldBeTrue();
        Control.End();
        (await Session.WhenRunningAsync(default)).ShouldBeFalse();
        Control.Finish();
        (await Session.WhenRunningAsync(default)).ShouldBeFalse();
        var (session, _) = Session.Open(SessionId.New(), Session.Manifest, Session.Policy, "alice", false);
        (await session.WhenRunningAsync(default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_for_a_paused_session_goes_on_with_it()
    {
        Control.Pause();
        var waiting = Session.WhenRunningAsync(default);
        waiting.IsCompleted.ShouldBeFalse();
        Control.Resume();
        (await waiting).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_waits_through_a_resume_and_a_second_pause_waits_on()
    {
        for (var round = 0; round < 1000; round++)
        {
            Control.Pause().ShouldBeTrue();
            var waiting = Session.WhenRunningAsync(default).AsTask();
            Control.Resume();
            Control.Pause();
            Control.Resume().ShouldBeTrue();
            (await waiting).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Who_waits_for_a_paused_session_hears_of_its_end()
    {
        Control.Pause();
        var waiting = Session.WhenRunningAsync(default).AsTask();
        Control.End();
        (await waiting).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_may_leave()
    {
        using var source = new CancellationTokenSource();
        Control.Pause();
        var waiting = Session.WhenRunningAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task When_the_revocation_fires_the_gate_is_shut_already()
    {
        var seen = new TaskCompletionSource<SessionState>();
        await using var registration = Session.Revoked.Register(() => seen.SetResult(Session.State));
        Control.End();
        (await seen.Task).ShouldBe(SessionState.Ending);
    }

    [Fact]
    public async Task A_handler_that_throws_stops_neither_the_kill_nor_the_others()
    {
        var first = new TaskCompletionSource();
        var last = new TaskCompletionSource();
        await using var one = Session.Revoked.Register(first.SetResult);
        await using var two = Session.Revoked.Register(() => throw new InvalidOperationException("a bug"));
        await using var three = Session.Revoked.Register(last.SetResult);
        Control.End().ShouldBeTrue();
        await first.Task;
        await last.Task;
        Control.Finish().ShouldBeTrue();
    }

    [Fact]
    public async Task A_handler_that_hangs_does_not_hold_up_the_kill()
    {
        using var end = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        await using (
            Session.Revoked.Register(() =>
            {
                entered.SetResult();
                end.Wait();
            })
        )
        {
            Control.End().ShouldBeTrue();
            Session.Revoked.IsCancellationRequested.ShouldBeTrue();
            await entered.Task;
            (await _gate.RequestAsync()).Granted.ShouldBeFalse();
            end.Set();
        }
    }

    [Fact]
    public void Labels_are_only_ever_added()
    {
        Session.AddLabels(Labels.Untrusted);
        Session.AddLabels(Labels.Secret);
        Session.AddLabels(Labels.None);
        Session.Labels.ShouldBe(Labels.Untrusted | Labels.Secret);
    }

    [Fact]
    public void A_policy_is_replaced_by_a_policy()
    {
        var other = Gate.Policy(Gate.DenyModel);
        Control.Replace(other);
        Session.Policy.ShouldBeSameAs(other);
        Should.Throw<ArgumentNullException>(() => Control.Replace(null!));
        Session.Policy.ShouldBeSameAs(other);
    }
}
