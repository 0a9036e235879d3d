using System.Collections.Concurrent;
using Bartizan.Core.Circuits;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Circuits;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Tests.Circuits;

/// <summary>What the instance does when an agent's own circuit opens.</summary>
public sealed class CircuitWatchTests : IJournal, ISessionSwitch
{
    private readonly LiveSessions _sessions = new();
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly TaskCompletionSource<(SessionId Session, string By, string Reason)> _paused = new();

    [Fact]
    public async Task An_agents_own_circuit_is_recorded_and_pauses_its_sessions_and_nobody_elses()
    {
        var hammering = Open("hammer");
        Open("other");
        var board = CircuitWatch.Over(this, _sessions, this, TimeProvider.System);

        board.Refused(hammering);
        board.Refused(hammering);
        _entries.ShouldBeEmpty();
        board.Refused(hammering);

        var (session, by, reason) = await _paused.Task.WaitAsync(Wait.Long);
        session.ShouldBe(hammering.Id);
        by.ShouldBe("bartizan");
        reason.ShouldContain("3 of its actions were refused within 60 s");
        var entry = _entries.ShouldHaveSingleItem();
        (entry.Kind, entry.Agent, entry.Detail).ShouldBe((EntryKind.Instance, "hammer", "circuit open: agent"));
    }

    [Fact]
    public async Task The_circuit_of_a_callers_session_pauses_that_session_and_no_other_callers()
    {
        var fooled = Open("support", isServed: true);
        Open("support", isServed: true);
        var board = CircuitWatch.Over(this, _sessions, this, TimeProvider.System);

        for (var i = 0; i < 3; i++)
        {
            board.Refused(fooled);
        }

        var (session, _, reason) = await _paused.Task.WaitAsync(Wait.Long);
        session.ShouldBe(fooled.Id);
        reason.ShouldStartWith("its circuit opened");
        var entry = _entries.ShouldHaveSingleItem();
        (entry.Agent, entry.Session, entry.Detail).ShouldBe(
            ("support", fooled.Id, $"circuit open: session {fooled.Id}")
        );
    }

    ValueTask<long> IJournal.AppendAsync(Entry entry, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("nobody waits for the disk here");

    ValueTask IJournal.PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    Task ISessionSwitch.PauseAsync(SessionId session, string by, string reason, CancellationToken cancellationToken)
    {
        // A second session that is paused is one too many, and throws.
        _paused.SetResult((session, by, reason));
        return Task.CompletedTask;
    }

    Task ISessionSwitch.ResumeAsync(SessionId session, string by, string reason, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a person resumes");

    Task ISessionSwitch.KillAsync(SessionId session, string by, string reason, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a person kills");

    private Session Open(string agent, bool isServed = false)
    {
        var manifest = new Manifest
        {
            Agent = agent,
            Version = 1,
            Circuit = new Circuit { Refusals = 3 },
            Serve = isServed ? new ServeSection() : null,
            Layers = [new RuleLayer("manifest", false, [])],
        };
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "ann", false);
        control.Start().ShouldBeTrue();
        _sessions.Add(new LiveSession(control, DateTimeOffset.UnixEpoch, "attach", new SessionTally())).ShouldBeTrue();
        return session;
    }
}
