using Bartizan.Core.Budgets;
using Bartizan.Core.Circuits;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Circuits;

public sealed class CircuitBoardTests
{
    private static readonly ToolTarget s_tool = new("github", "get_issue");
    private readonly ManualClock _clock = new();
    private readonly CircuitBoard _board;
    private readonly List<string> _moved = [];

    public CircuitBoardTests() =>
        _board = new CircuitBoard(_clock) { Moved = moved => _moved.Add($"{moved.Name} {moved.Word}") };

    [Fact]
    public void A_share_of_failed_calls_opens_it_for_that_agent_and_that_tool_only()
    {
        var session = Open();
        for (var i = 0; i < 4; i++)
        {
            _board.Ended(session, s_tool, new Outcome(OutcomeKind.Failed), default);
            _board.Refusal(session, s_tool).ShouldBeNull();
        }

        _board.Ended(session, s_tool, new Outcome(OutcomeKind.Done), default);

        var refusal = _board.Refusal(session, s_tool).ShouldNotBeNull();
        refusal.Effect.ShouldBe(Effect.Deny);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        refusal.Reason.ShouldBe(
            "the circuit of `tool github/get_issue` is open: 4 of 5 calls failed or were slow within 60 s; it is tried again in 30 s"
        );
        _board.Refusal(session, new ToolTarget("github", "get_user")).ShouldBeNull();
        _board.Refusal(Open(agent: "other"), s_tool).ShouldBeNull();
        _board.Standing.ShouldHaveSingleItem().State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void After_its_cool_down_one_call_tries_it_and_closes_it_or_opens_it_again()
    {
        var session = Open();
        Fail(session, 5);
        _clock.Advance(TimeSpan.FromSeconds(30));

        _board.Refusal(session, s_tool).ShouldBeNull();
        _board.Refusal(session, s_tool).ShouldNotBeNull();
        _board.Ended(session, s_tool, new Outcome(OutcomeKind.Failed), default);
        _board.Refusal(session, s_tool).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(30));
        _board.Refusal(session, s_tool).ShouldBeNull();
        _board.Ended(session, s_tool, new Outcome(OutcomeKind.Done), default);

        _board.Refusal(session, s_tool).ShouldBeNull();
        _board.Standing.ShouldBeEmpty();
        var name = "tool github/get_issue";
        _moved.ShouldBe([$"{name} open", $"{name} half-open", $"{name} open", $"{name} half-open", $"{name} closed"]);
    }

    [Fact]
    public void A_call_that_tries_it_and_is_never_heard_of_again_does_not_keep_it_shut()
    {
        var session = Open();
        Fail(session, 5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _board.Refusal(session, s_tool).ShouldBeNull();
        _board.Ended(session, s_tool, new Outcome(OutcomeKind.Abandoned), default);
        _board.Refusal(session, s_tool).ShouldNotBeNull();

        _clock.Advance(TimeSpan.FromSeconds(30));

        _board.Refusal(session, s_tool).ShouldBeNull();
    }

    [Fact]
    public void Failures_that_are_older_than_the_window_are_forgotten()
    {
        var session = Open();
        Fail(session, 4);
        _clock.Advance(TimeSpan.FromSeconds(61));

        Fail(session, 4);

        _board.Refusal(session, s_tool).ShouldBeNull();
    }

    [Fact]
    public void A_slow_call_counts_as_failed_and_what_was_asked_wrongly_does_not()
    {
        var session = Open(new Circuit { Slow = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 9; i++)
        {
            _board.Ended(session, s_tool, new Outcome(OutcomeKind.Failed, "404") { IsCallersFault = true }, default);
            _board.Ended(session, s_tool, new Outcome(OutcomeKind.Cut), default);
        }

        _board.Refusal(session, s_tool).ShouldBeNull();
        for (var i = 0; i < 5; i++)
        {
            _board.Ended(session, s_tool, new Outcome(OutcomeKind.Done), TimeSpan.FromSeconds(2));
        }

        _board.Refusal(session, s_tool).ShouldNotBeNull();
    }

    [Fact]
    public void Refusals_open_the_agents_own_circuit_and_everything_of_it_is_refused()
    {
        var session = Open(new Circuit { Refusals = 3 });
        for (var i = 0; i < 3; i++)
        {
            _board.Refusal(session, s_tool).ShouldBeNull();
            _board.Refused(session);
        }

        _board
            .Refusal(session, new ModelTarget("anthropic", "claude"))!
            .Value.Reason.ShouldContain("this agent's circuit is open");
        _moved.ShouldBe(["agent open"]);
    }

    [Fact]
    public async Task What_callers_may_not_opens_no_circuit_of_the_agent_that_they_ask()
    {
        var session = Open(new Circuit { Refusals = 3 }, rules: true, isServed: true);
        var host = new OneSession(session);
        var monitor = new ReferenceMonitor(host, host.Journal, host, [], _clock, new MonitorOptions(), null, _board);
        var probe = new AgentAction
        {
            Session = session.Id,
            Target = new ServeTarget("GET", "/nope"),
            Point = "test",
        };
        for (var i = 0; i < 50; i++)
        {
            await using var refused = await monitor.RequestAsync(probe, CancellationToken.None);
            refused.Granted.ShouldBeFalse();
            await monitor.RefuseAsync(probe, "a test says so");
        }

        _moved.ShouldBeEmpty();
        for (var i = 0; i < 3; i++)
        {
            await monitor.RefuseAsync(probe with { Target = s_tool }, "a test says so");
        }

        _moved.Count.ShouldBe(1, "what the agent itself may not still counts");
    }

    [Fact]
    public void An_agent_that_one_caller_fooled_is_stopped_in_that_callers_session_alone()
    {
        var circuit = new Circuit { Refusals = 3 };
        var (fooled, other) = (Open(circuit, isServed: true), Open(circuit, isServed: true));
        for (var i = 0; i < 3; i++)
        {
            _board.Refused(fooled);
        }

        _board.Refusal(fooled, s_tool)!.Value.Reason.ShouldContain("this session's circuit is open");
        _board.Refusal(fooled, new ServeTarget("GET", "/a")).ShouldNotBeNull();
        _board.Refusal(other, s_tool).ShouldBeNull();
        var open = _board.Standing.ShouldHaveSingleItem();
        (open.Name, open.Session, open.IsOwn).ShouldBe(($"session {fooled.Id}", fooled.Id, true));

        _board.Forget(fooled);

        _board.Standing.ShouldBeEmpty();
    }

    [Fact]
    public void No_callers_request_is_what_tries_a_circuit()
    {
        var session = Open(new Circuit { Refusals = 1 }, isServed: true);
        _board.Refused(session);
        _clock.Advance(TimeSpan.FromSeconds(30));

        _board.Refusal(session, new ServeTarget("GET", "/a")).ShouldBeNull();
        _board.Refusal(session, s_tool).ShouldBeNull("and what the agent does for it does");
        _board.Refusal(session, new ServeTarget("GET", "/a")).ShouldNotBeNull();
        _board.Ended(session, s_tool, new Outcome(OutcomeKind.Done), default);

        _board.Refusal(session, new ServeTarget("GET", "/a")).ShouldBeNull();
        _board.Standing.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_monitor_refuses_at_an_open_circuit_and_hears_how_every_action_ended()
    {
        var session = Open(new Circuit { AtLeast = 1 }, rules: true);
        var host = new OneSession(session);
        var monitor = new ReferenceMonitor(
            host,
            host.Journal,
            host,
            [],
            _clock,
            new MonitorOptions(),
            new BudgetLedger(PriceTable.Empty, _clock),
            _board
        );
        var action = new AgentAction
        {
            Session = session.Id,
            Target = new ModelTarget("anthropic", "claude"),
            Point = "test",
        };
        await using (var passage = await monitor.RequestAsync(action, CancellationToken.None))
        {
            passage.Granted.ShouldBeTrue();
            await passage.CompleteAsync(new Outcome(OutcomeKind.Failed, "500"));
        }

        await using var refused = await monitor.RequestAsync(action, CancellationToken.None);

        refused.Granted.ShouldBeFalse();
        refused.Decision.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        refused.Decision.Reason.ShouldContain("the circuit of `model anthropic` is open");
    }

    private static Session Open(
        Circuit? circuit = null,
        string agent = "tester",
        bool rules = false,
        bool isServed = false
    )
    {
        var rule = new Rule
        {
            Effect = Effect.Allow,
            Verb = Verb.Model,
            Pattern = "anthropic/*",
            Why = "The test needs it.",
            Position = new SourcePosition("agent.yaml", 1, 1),
        };
        var manifest = new Manifest
        {
            Agent = agent,
            Version = 1,
            Circuit = circuit ?? new Circuit(),
            Serve = isServed ? new ServeSection() : null,
            Layers = [new RuleLayer("manifest", false, rules ? [rule] : [])],
        };
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "alice", false);
        control.Start().ShouldBeTrue();
        return session;
    }

    private void Fail(Session session, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _board.Ended(session, s_tool, new Outcome(OutcomeKind.Failed), default);
        }
    }

    private sealed class OneSession(Session session) : Core.Ports.ISessions, Core.Ports.IApprovals
    {
        public MemoryJournal Journal { get; } = new();

        public bool FleetRunning => true;

        public Session? Find(SessionId id) => id == session.Id ? session : null;

        public ValueTask<Core.Approvals.Approval> AskAsync(
            Core.Approvals.ApprovalRequest request,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult<Core.Approvals.Approval>(default);
    }
}
