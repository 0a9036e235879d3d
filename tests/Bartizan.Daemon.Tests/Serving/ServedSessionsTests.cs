using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Serving;
using static Bartizan.Daemon.Tests.Serving.ServedScene;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>A session for each caller: for how long, how many, and never one's for another.</summary>
public sealed class ServedSessionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_caller_has_one_session_and_no_other_callers()
    {
        await using var scene = new ServedScene();

        var first = await scene.EnterAsync(Of("alice"));
        var again = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => scene.EnterAsync(Of("alice"))));
        var other = await scene.EnterAsync(Of("bob"));

        again.ShouldAllBe(one => one == first);
        other!.Session.Id.ShouldNotBe(first!.Session.Id);
        other.Token.ShouldNotBe(first.Token);
        scene.Tokens.Verify(first.Token).ShouldBe(first.Session.Id);
        first.Session.Person.ShouldBe("user:alice");
        scene.Served.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_does_not_use_it_for_long_has_another_and_the_token_of_before_is_worthless()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice")))!;
        scene.Served.Leave(first, wasGranted: true);

        scene.Clock.Advance(Idle);

        (await scene.EndedAsync(first.Session.Id)).ShouldContain("nobody used it for long");
        scene.Tokens.Verify(first.Token).ShouldBeNull();
        scene.Served.Count.ShouldBe(0);
        (await scene.EnterAsync(Of("alice")))!.Session.Id.ShouldNotBe(first.Session.Id);
    }

    [Fact]
    public async Task A_session_that_is_in_use_is_not_idle()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice")))!;
        await scene.EnterAsync(Of("alice"));
        scene.Served.Leave(first, wasGranted: true);

        scene.Clock.Advance(Idle * 3);

        (await scene.EnterAsync(Of("alice"))).ShouldBe(first);
        first.Session.State.ShouldBe(SessionState.Running);
    }

    [Fact]
    public async Task Who_was_killed_stays_out_whatever_is_said_of_them_later()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice", "eu")))!;

        await scene.KillAsync(first.Session.Id);

        scene.Tokens.Verify(first.Token).ShouldBeNull();
        (await scene.EnterAsync(Of("alice", "eu"))).ShouldBe(first);
        (await scene.EnterAsync(Of("alice", "us"))).ShouldBe(first, "other words make nobody else of them");
        first.Session.State.ShouldBe(SessionState.Ended);
        (await scene.EnterAsync(Of("bob")))!.Session.State.ShouldBe(SessionState.Running);
    }

    [Fact]
    public async Task Who_is_killed_in_one_session_is_out_of_all_of_theirs()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice", "eu")))!;
        var second = (await scene.EnterAsync(Of("alice", "us")))!;
        var other = (await scene.EnterAsync(Of("bob")))!;

        await scene.KillAsync(first.Session.Id);

        (await scene.EndedAsync(second.Session.Id)).ShouldContain("its user was killed in another session");
        scene.Tokens.Verify(second.Token).ShouldBeNull();
        (await scene.EnterAsync(Of("alice", "us"))).ShouldBe(second);
        (await scene.EnterAsync(Of("alice", "other")))!.Session.State.ShouldBe(SessionState.Ended);
        other.Session.State.ShouldBe(SessionState.Running);
    }

    [Fact]
    public async Task Who_was_never_let_through_keeps_nobody_out()
    {
        await using var scene = new ServedScene(most: 2);
        var refused = (await scene.EnterAsync(Of("mallory")))!;
        var allowed = (await scene.EnterAsync(Of("alice")))!;
        scene.Served.Leave(allowed, wasGranted: true);
        (await scene.EnterAsync(Of("bob"))).ShouldBeNull(
            "mallory's request is still under way, alice's session is hers"
        );

        scene.Served.Leave(refused, wasGranted: false);

        (await scene.EnterAsync(Of("bob"))).ShouldNotBeNull();
        (await scene.EndedAsync(refused.Session.Id)).ShouldContain("others need its place");
        (await scene.EnterAsync(Of("alice"))).ShouldBe(allowed);
        (await scene.EnterAsync(Of("mallory"))).ShouldBeNull();
    }

    [Fact]
    public async Task Who_was_killed_keeps_their_place_though_nothing_was_allowed()
    {
        await using var scene = new ServedScene(most: 1);
        var killed = (await scene.EnterAsync(Of("mallory")))!;
        await scene.KillAsync(killed.Session.Id);
        scene.Served.Leave(killed, wasGranted: false);

        (await scene.EnterAsync(Of("bob"))).ShouldBeNull();
        (await scene.EnterAsync(Of("mallory"))).ShouldBe(killed);
    }

    [Fact]
    public async Task What_is_still_ending_counts()
    {
        await using var scene = new ServedScene(most: 2);
        var (ends, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = (await scene.EnterAsync(Of("alice", "1")))!;
        await scene.EnterAsync(Of("alice", "2"));
        scene.Before = async entry =>
        {
            if (entry.Session == first.Session.Id && entry.Detail == "ended")
            {
                ends.TrySetResult();
                await go.Task;
            }
        };
        scene.Served.Leave(first, wasGranted: true);

        (await scene.EnterAsync(Of("alice", "3"))).ShouldBeNull("the one before isn't gone");
        await ends.Task.WaitAsync(Wait.Long, Cancel);
        (await scene.EnterAsync(Of("alice", "3"))).ShouldBeNull("it still isn't");
        go.SetResult();

        await scene.UntilEntersAsync(Of("alice", "3"));
    }

    [Theory]
    [InlineData("preparing")]
    [InlineData("running")]
    public async Task Who_is_killed_while_their_session_opens_stays_out_and_leaves_no_token(string state)
    {
        await using var scene = new ServedScene();
        scene.Before = entry => entry.Detail == state ? scene.KillAsync(entry.Session) : Task.CompletedTask;

        var killed = (await scene.EnterAsync(Of("alice", "eu")))!;

        scene.Before = _ => Task.CompletedTask;
        killed.Session.State.ShouldBe(SessionState.Ended);
        (await scene.EndedAsync(killed.Session.Id)).ShouldContain("killed by alice");
        scene.Entries.Count(one => one.Detail == "running").ShouldBe(state == "running" ? 1 : 0);
        scene.Tokens.Verify(killed.Token).ShouldBeNull();
        (await scene.EnterAsync(Of("alice", "eu"))).ShouldBe(killed);
        (await scene.EnterAsync(Of("alice", "us"))).ShouldBe(killed);
    }

    [Fact]
    public async Task There_are_no_more_sessions_than_the_manifest_says()
    {
        await using var scene = new ServedScene(most: 2);
        await scene.EnterAsync(Of("alice"));
        await scene.EnterAsync(Of("bob"));

        (await scene.EnterAsync(Of("cy"))).ShouldBeNull();
        (await scene.EnterAsync(Of("bob"))).ShouldNotBeNull("who has one keeps it");
    }

    [Fact]
    public async Task One_user_takes_no_more_places_than_theirs_in_however_many_words()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice", "1")))!;
        for (var i = 2; i <= ServedSessions.MaxOfUser; i++)
        {
            await scene.EnterAsync(Of("alice", $"{i}"));
        }

        (await scene.EnterAsync(Of("alice", "more"))).ShouldBeNull("all of theirs are in use");
        scene.Served.Leave(first, wasGranted: true);
        var next = await scene.EnterAsync(Of("alice", "more"));

        next.ShouldNotBeNull();
        (await scene.EndedAsync(first.Session.Id)).ShouldContain("its user has another");
        scene.Served.Count.ShouldBe(ServedSessions.MaxOfUser);
    }

    [Fact]
    public async Task A_session_that_nobody_waits_for_any_more_is_not_left_open()
    {
        await using var scene = new ServedScene();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        SessionId opening = default;
        scene.Before = async entry =>
        {
            if (entry.Detail == "preparing" && opening == default)
            {
                opening = entry.Session;
                begun.TrySetResult();
                await go.Task;
            }
        };
        using var gone = new CancellationTokenSource();
        var waits = scene.EnterAsync(Of("alice", "1"), gone.Token);
        await begun.Task.WaitAsync(Wait.Long, Cancel);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waits);

        for (var i = 2; i <= ServedSessions.MaxOfUser + 1; i++)
        {
            await scene.EnterAsync(Of("alice", $"{i}"));
        }

        go.SetResult();
        await scene.EndedAsync(opening);

        scene.Served.Count.ShouldBe(ServedSessions.MaxOfUser);
        (await scene.EnterAsync(Of("alice", "2")))!.Session.State.ShouldBe(SessionState.Running);
    }

    [Fact]
    public async Task When_its_agent_is_served_no_more_all_are_over_and_nobody_enters()
    {
        await using var scene = new ServedScene();
        var first = (await scene.EnterAsync(Of("alice")))!;

        await scene.Served.DisposeAsync();

        first.Session.State.ShouldBe(SessionState.Ended);
        (await scene.EnterAsync(Of("alice"))).ShouldBeNull();
        scene.Entries.Count(entry => entry.Kind == EntryKind.State && entry.Detail == "ended").ShouldBe(1);
    }
}
