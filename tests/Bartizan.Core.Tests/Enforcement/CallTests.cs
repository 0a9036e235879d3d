using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>A client's tool call that comes to several things is one action, with the strictest decision of its parts.</summary>
public sealed class CallTests
{
    private const string Git = "allow: exec git status";
    private const string Read = "allow: read workspace/**";
    private const string Look = "allow: exec ls **";

    [Fact]
    public async Task A_call_is_granted_when_each_of_its_parts_is_and_is_one_intent()
    {
        var gate = Gate.With(Git, Look, Read);

        await using var passage = await gate.Monitor.RequestAsync(CallOf(gate, "git status && ls src"), default);

        passage.Granted.ShouldBeTrue();
        gate.Journal.Of(EntryKind.Intent).ShouldHaveSingleItem().Target.ShouldBe("git status");
    }

    [Theory]
    [InlineData("git status && rm -r src")]
    [InlineData("ls; git push")]
    [InlineData("git status | tee out.txt")]
    public async Task A_call_with_one_part_that_no_rule_allows_is_refused(string script)
    {
        var gate = Gate.With(Git, Look, Read);

        gate.ShouldBeRefused(await gate.Monitor.RequestAsync(CallOf(gate, script), default));
        gate.Journal.Of(EntryKind.Intent).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_of_which_one_part_asks_is_asked_once_and_as_a_whole()
    {
        var gate = Gate.With(Git, "ask: exec rm **", "allow: write workspace/**");
        var asked = new List<ApprovalRequest>();
        gate.OnAsk = (request, _) =>
        {
            asked.Add(request);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };

        await using var passage = await gate.Monitor.RequestAsync(CallOf(gate, "git status && rm src"), default);

        passage.Granted.ShouldBeTrue();
        asked.ShouldHaveSingleItem().Action.Call.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_can_t_be_read_before_it_runs_is_never_granted_by_rules_alone()
    {
        var gate = Gate.With(Git, Look, Read, "allow: exec bash **");

        gate.ShouldBeRefused(await gate.Monitor.RequestAsync(CallOf(gate, "git status && $(cat x)"), default));
    }

    [Fact]
    public async Task A_part_that_a_guarded_session_denies_by_now_is_refused_after_the_person_said_yes()
    {
        var gate = Gate.With(Git, "ask: exec rm **", "allow: write workspace/**");
        gate.OnAsk = (request, _) =>
        {
            gate.Replace("deny: exec git **", "ask: exec rm **", "allow: write workspace/**");
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };

        gate.ShouldBeRefused(await gate.Monitor.RequestAsync(CallOf(gate, "git status && rm src"), default));
    }

    private static AgentAction CallOf(Gate gate, string script)
    {
        var places = new ShellPlaces { Home = "/home/agent", FindProgram = name => [$"/usr/bin/{name}"] };
        var call = ShellActions.Of(script, "/workspace", places);
        return gate.ActionFor(call.Actions[0].Target) with { Call = call };
    }
}
