using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>What people said of content that comes along with each request: somebody tries to have a yes count for more than it was.</summary>
public sealed class AnsweredContents
{
    private static readonly HeldPiece _piece = new(
        "injection/1 untrusted",
        "override",
        Digest.Of("do"u8),
        "messages[1]"
    );
    private static readonly HeldPiece _other = _piece with { Content = Digest.Of("other"u8) };

    private readonly List<ApprovalRequest> _asked = [];
    private HeldPiece[] _found = [_piece];
    private bool _says = true;
    private int _hidden;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_yes_is_remembered_for_this_and_a_no_too()
    {
        var gate = Scene(Gate.AllowModel);
        (await GrantedAsync(gate)).ShouldBeTrue();
        _asked[0].Action.Held!.IsForSession.ShouldBeTrue("people are told that it reaches further than this request");
        (await GrantedAsync(gate)).ShouldBeTrue();
        _found = [_piece, _other];
        _says = false;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _says = true;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _found = [_piece];
        (await GrantedAsync(gate)).ShouldBeTrue();

        _asked.Count.ShouldBe(2);
        gate.Journal.Of(EntryKind.Approval).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_anew_has_it_asked_anew_but_takes_no_refusal_back()
    {
        var gate = Scene(Gate.AllowModel);
        await GrantedAsync(gate);
        gate.Replace(Gate.AllowModel, "deny: model x/y");
        _says = false;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _asked.Count.ShouldBe(2);

        gate.Replace(Gate.AllowModel);
        _says = true;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_while_guards_look_has_no_use_of_the_yes_before()
    {
        var gate = Scene(Gate.AllowModel);
        await GrantedAsync(gate);
        var look = gate.OnInspect;
        gate.OnInspect = async (action, token) =>
        {
            var report = await look(action, token);
            if (action.Known is { IsStanding: true })
            {
                gate.Replace(Gate.AllowModel, "deny: model x/y");
            }

            return report;
        };
        _says = false;

        (await GrantedAsync(gate)).ShouldBeFalse();
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_while_it_is_recorded_denies_what_stands_on_a_yes()
    {
        var gate = Scene(Gate.AllowModel);
        await GrantedAsync(gate);
        gate.Journal.Before = (entry, _) =>
        {
            if (entry.Kind == EntryKind.Intent)
            {
                gate.Replace(Gate.AllowModel, "deny: model x/y");
            }

            return Task.CompletedTask;
        };

        (await GrantedAsync(gate)).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_a_rule_asks_as_well_its_people_see_each_time_what_was_found()
    {
        var gate = Scene(Gate.AskModel);
        await GrantedAsync(gate);
        await GrantedAsync(gate);

        _asked.Count.ShouldBe(2);
        _asked.ShouldAllBe(request => request.Action.Held != null);
    }

    [Fact]
    public async Task A_rule_that_begins_to_ask_is_asked_with_what_was_found()
    {
        var gate = Scene(Gate.AllowModel);
        await GrantedAsync(gate);
        gate.Replace(Gate.AskModel);
        await GrantedAsync(gate);

        _asked[^1].Action.Held.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("alice", false)]
    public async Task Only_what_a_person_said_is_remembered(string? person, bool sameDigest)
    {
        var gate = Scene(Gate.AllowModel);
        var answers = gate.OnAsk;
        gate.OnAsk = (request, _) =>
            Task.FromResult(new Approval(false, sameDigest ? request.Digest : Digest.Of("x"u8), person, "no"));
        (await GrantedAsync(gate)).ShouldBeFalse();
        gate.OnAsk = answers;

        (await GrantedAsync(gate)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_no_to_one_of_two_that_were_asked_at_once_outlives_the_yes()
    {
        var gate = Scene(Gate.AllowModel);
        var first = new TaskCompletionSource<Approval>();
        var asks = new List<ApprovalRequest>();
        var begun = new TaskCompletionSource();
        gate.OnAsk = (request, _) =>
        {
            asks.Add(request);
            begun.TrySetResult();
            return asks.Count == 1
                ? first.Task
                : Task.FromResult(new Approval(false, request.Digest, "alice", "an attack"));
        };
        var waiting = GrantedAsync(gate);
        await begun.Task;
        (await GrantedAsync(gate)).ShouldBeFalse();
        first.SetResult(new Approval(true, asks[0].Digest, "alice", null));
        (await waiting).ShouldBeFalse("a no to one of two equal asks is a no to both");

        (await GrantedAsync(gate)).ShouldBeFalse();
        asks.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_there_is_no_room_for_is_asked_each_time()
    {
        var gate = Scene(Gate.AllowModel);
        _found =
        [
            .. Enumerable
                .Range(0, AnsweredContent.MaxAnswers)
                .Select(i => _piece with { Content = Digest.Of(BitConverter.GetBytes(i)) }),
        ];
        await GrantedAsync(gate);
        await GrantedAsync(gate);
        _asked.Count.ShouldBe(1);

        _found = [_other];
        await GrantedAsync(gate);
        await GrantedAsync(gate);
        _asked.Count.ShouldBe(3);

        // A flood of yeses makes no room for asking about what was refused.
        _says = false;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _says = true;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _asked.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_yes_stands_for_nothing_that_was_not_shown()
    {
        var gate = Scene(Gate.AllowModel);
        _hidden = 1;
        (await GrantedAsync(gate)).ShouldBeTrue();
        (await GrantedAsync(gate)).ShouldBeTrue();
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_no_of_those_whom_a_rule_names_is_of_the_action()
    {
        var gate = Scene("ask: model anthropic/*");
        _says = false;
        (await GrantedAsync(gate)).ShouldBeFalse();
        _says = true;
        gate.Replace(Gate.AllowModel);
        (await GrantedAsync(gate)).ShouldBeTrue();
        _asked.Count.ShouldBe(2);
    }

    private static async Task<bool> GrantedAsync(Gate gate)
    {
        await using var passage = await gate.RequestAsync(Cancel);
        return passage.Granted;
    }

    // A guard that asks about what nobody has answered.
    private Gate Scene(string rule)
    {
        var gate = Gate.With(rule);
        gate.OnAsk = (request, _) =>
        {
            _asked.Add(request);
            return Task.FromResult(new Approval(_says, request.Digest, "alice", "an attack"));
        };
        gate.OnInspect = (action, _) =>
        {
            var answers = _found.ToDictionary(piece => piece, piece => action.Known?.Of(piece)?.Granted);
            HeldPiece[] left = [.. answers.Where(one => one.Value is null).Select(one => one.Key)];
            var effect =
                answers.Values.Any(says => says == false) ? Effect.Deny
                : left.Length > 0 ? Effect.Ask
                : Effect.Allow;
            return Task.FromResult(
                new GuardReport(effect, Labels.None, ["injection"]) { Pieces = [.. left], Found = _hidden }
            );
        };
        return gate;
    }
}
