using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Daemon.Tests.Approvals;

namespace Bartizan.Daemon.Tests.Attacks;

/// <summary>Yeses that count more than once, and lists that are answered whole: neither reaches further than what was shown.</summary>
public sealed class ScopeAttacks
{
    [Fact]
    public async Task A_yes_for_three_times_counts_three_times_and_each_is_an_entry()
    {
        using var scene = AskScene.With("{ by: alice, scope: 5 }");
        await ApproveAsync(scene, "3");
        for (var use = 2; use <= 3; use++)
        {
            await using var passage = await scene.RequestAsync();
            passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        }

        var fourth = scene.RequestAsync();
        await scene.RaisedAsync();
        fourth.IsCompleted.ShouldBeFalse();
        scene.Approvals.Count().ShouldBe(3);
        scene.Approvals.Last().Detail!.ShouldStartWith("use 3 of 3, of a-");
        scene.Control.End();
        (await fourth).Granted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"to":"main","force":true}""", "merge")]
    [InlineData("""{"to":"mаin"}""", "merge")]
    [InlineData("""{ "to":"main"}""", "merge")]
    [InlineData("""{"to":"main"}""", "drop")]
    public async Task A_yes_for_the_session_covers_equal_actions_only(string arguments, string tool)
    {
        using var scene = AskScene.With("{ by: alice, scope: session }");
        await ApproveAsync(scene, "session");

        var other = scene.RequestAsync(arguments, tool: tool);
        await scene.RaisedAsync();

        other.IsCompleted.ShouldBeFalse();
        await using (var equal = await scene.RequestAsync())
        {
            equal.Granted.ShouldBeTrue();
        }

        scene.Control.End();
        (await other).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_yes_for_the_session_covers_no_other_session()
    {
        using var scene = AskScene.With("{ by: alice, scope: session }");
        await ApproveAsync(scene, "session");
        var (session, control) = scene.Open("{ by: alice, scope: session }");

        var request = scene.RequestAsync(session: session);
        await scene.RaisedAsync();

        request.IsCompleted.ShouldBeFalse();
        control.End();
        (await request).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_yes_for_the_session_ends_when_who_said_it_is_taken_off_the_list()
    {
        using var scene = AskScene.With("{ by: alice, scope: session }");
        await ApproveAsync(scene, "session");
        scene.Enrol("people:\n  - { name: bob, uid: 4202 }\n");

        var request = scene.RequestAsync();
        await scene.RaisedAsync();

        request.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await request).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_yes_for_the_session_ends_when_the_policy_asks_under_other_terms()
    {
        using var scene = AskScene.With("{ by: alice, scope: session }");
        await ApproveAsync(scene, "session");
        scene.Control.Replace(AskScene.PolicyOf("{ by: [alice, bob], scope: session }"));

        var request = scene.RequestAsync();
        await scene.RaisedAsync();

        request.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await request).Granted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+2")]
    [InlineData("1001")]
    [InlineData("2147483647")]
    [InlineData("99999999999999")]
    [InlineData("always")]
    [InlineData("Session")]
    [InlineData("")]
    public async Task What_is_no_scope_approves_nothing(string scope)
    {
        using var scene = AskScene.With("{ by: alice, scope: session }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask with { Scope = scope }, AskScene.Alice)).ShouldContain("a yes counts `once`");
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("{ by: alice }", "2")]
    [InlineData("{ by: alice }", "session")]
    [InlineData("{ by: alice, scope: 3 }", "4")]
    [InlineData("{ by: alice, scope: 3 }", "session")]
    public async Task A_yes_counts_no_oftener_than_its_rule_lets_it(string approval, string scope)
    {
        using var scene = AskScene.With(approval);
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask with { Scope = scope }, AskScene.Alice)).ShouldContain(
            "its rules let a yes count"
        );
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task Of_several_people_the_one_who_said_the_least_counts()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2, scope: session }");
        var first = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask with { Scope = "session" }, AskScene.Alice);
        await scene.AnswerAsync(ask, AskScene.Bob);
        await using (var passage = await first)
        {
            passage.Granted.ShouldBeTrue();
        }

        var second = scene.RequestAsync();
        await scene.RaisedAsync();
        second.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await second).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_list_is_approved_by_one_digest_over_all_of_it()
    {
        using var scene = AskScene.With("{ by: alice }");
        var (requests, batch) = await ListAsync(scene, 3);

        (await scene.Inbox.AnswerAllAsync(batch, AskScene.Alice, Cancel)).Decided.ShouldBeTrue();

        foreach (var request in requests)
        {
            await using var passage = await request;
            passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        }
    }

    [Theory]
    [InlineData("swapped")]
    [InlineData("less")]
    [InlineData("more")]
    [InlineData("order")]
    [InlineData("twice")]
    [InlineData("none")]
    [InlineData("digest of another ask")]
    public async Task A_list_with_one_item_changed_is_approved_in_no_part(string how)
    {
        using var scene = AskScene.With("{ by: alice }");
        var (requests, batch) = await ListAsync(scene, 3);
        var extra = scene.RequestAsync("""{"drop":"all"}""");
        var evil = await scene.RaisedAsync();
        var item = new AskReference(evil.Id, evil.Digest);
        var changed = how switch
        {
            "swapped" => batch with { Items = [batch.Items[0], item, batch.Items[2]] },
            "less" => batch with { Items = [.. batch.Items.Take(2)] },
            "more" => batch with { Items = [.. batch.Items, item] },
            "order" => batch with { Items = [.. batch.Items.Reverse()] },
            "twice" => Listed([batch.Items[0], batch.Items[0]]),
            "none" => Listed([]),
            _ => Listed([batch.Items[0], batch.Items[1] with { Digest = evil.Digest }]),
        };

        await Should.ThrowAsync<Client.ControlException>(() =>
            scene.Inbox.AnswerAllAsync(changed, AskScene.Alice, Cancel)
        );

        requests.ShouldAllBe(request => !request.IsCompleted);
        extra.IsCompleted.ShouldBeFalse();
        scene.Approvals.ShouldBeEmpty();
        scene.Control.End();
        (await Task.WhenAll(requests.Append(extra))).ShouldAllBe(passage => !passage.Granted);
    }

    [Fact]
    public async Task A_list_with_one_ask_that_is_not_ones_to_answer_is_approved_in_no_part()
    {
        using var scene = AskScene.With("{ by: alice }");
        var (requests, batch) = await ListAsync(scene, 1);
        var (other, control) = scene.Open("{ by: bob }");
        var theirs = scene.RequestAsync(session: other);
        var ask = await scene.RaisedAsync();

        await Should.ThrowAsync<Client.ControlException>(() =>
            scene.Inbox.AnswerAllAsync(
                Listed([.. batch.Items, new AskReference(ask.Id, ask.Digest)]),
                AskScene.Alice,
                Cancel
            )
        );

        scene.Approvals.ShouldBeEmpty();
        scene.Control.End();
        control.End();
        (await Task.WhenAll(requests.Append(theirs))).ShouldAllBe(passage => !passage.Granted);
    }

    [Fact]
    public async Task Who_answers_too_fast_and_too_often_is_seen()
    {
        using var scene = AskScene.With("{ by: alice }");
        for (var i = 1; i <= 3; i++)
        {
            scene.Clock.Advance(TimeSpan.FromMinutes(1));
            await ApproveAsync(scene, "once", TimeSpan.FromSeconds(i));
        }

        var one = scene.Inbox.Statistics().People.ShouldHaveSingleItem();

        one.ShouldBe(new PersonLine(AskScene.Alice, 3, 3, 3, 2, 1));
        scene.Approvals.Last().Detail!.ShouldEndWith("3 answers within the hour");
        scene.Clock.Advance(TimeSpan.FromHours(1));
        scene.Inbox.Statistics().People.Single().LastHour.ShouldBe(0);
    }

    [Fact]
    public async Task Equal_asks_are_told_to_be_equal()
    {
        using var scene = AskScene.With("{ by: alice }");
        List<Task<Passage>> requests = [scene.RequestAsync(), scene.RequestAsync(), scene.RequestAsync(tool: "drop")];
        for (var i = 0; i < requests.Count; i++)
        {
            await scene.RaisedAsync();
        }

        scene.Inbox.Asks(AskScene.Alice).Asks.Select(ask => ask.Equal).Order().ShouldBe([1, 2, 2]);
        scene.Control.End();
        await Task.WhenAll(requests);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task ApproveAsync(AskScene scene, string scope, TimeSpan after = default)
    {
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        scene.Clock.Advance(after);
        await scene.AnswerAsync(ask with { Scope = scope }, AskScene.Alice);
        await using var passage = await request;
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
    }

    private static async Task<(List<Task<Passage>> Requests, BatchRequest Batch)> ListAsync(AskScene scene, int count)
    {
        var requests = new List<Task<Passage>>();
        for (var i = 0; i < count; i++)
        {
            requests.Add(scene.RequestAsync($$"""{"n":{{i}}}"""));
            await scene.RaisedAsync();
            scene.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = scene.Inbox.Asks(AskScene.Alice);
        return (
            requests,
            new BatchRequest
            {
                Items = [.. listed.Asks.Select(ask => new AskReference(ask.Id, ask.Digest))],
                List = listed.List,
                Granted = true,
            }
        );
    }

    private static BatchRequest Listed(IReadOnlyList<AskReference> items) =>
        new()
        {
            Items = items,
            List = ApprovalList.DigestOf(items.Select(item => (item.Id, item.Digest))).ToString(),
            Granted = true,
        };
}
