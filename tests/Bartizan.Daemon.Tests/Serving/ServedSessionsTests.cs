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
        scene.Served.Leave(first);

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
        scene.Served.Leave(first);

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
        scene.Served.Leave(first);
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
