using Bartizan.Daemon.Reading;

namespace Bartizan.Daemon.Tests.Reading;

public sealed class SearchTurnsTests
{
    private const int Many = 40;
    private static readonly CancellationToken s_stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_for_many_searches_keeps_no_place_from_others()
    {
        using var turns = new SearchTurns(RecordDesk.MaxSearches, RecordDesk.MaxOfPerson);
        var gate = new TaskCompletionSource();
        var running = 0;
        async Task<bool> HeldAsync()
        {
            Interlocked.Increment(ref running);
            await gate.Task;
            return true;
        }

        var flood = Enumerable.Range(0, Many).Select(_ => turns.RunAsync("mallory", HeldAsync, s_stop)).ToList();
        var found = await turns.RunAsync("alice", () => Task.FromResult("a page"), s_stop).WaitAsync(Wait.Long, s_stop);

        found.ShouldBe("a page");
        running.ShouldBe(RecordDesk.MaxOfPerson);
        gate.SetResult();
        (await Task.WhenAll(flood).WaitAsync(Wait.Long, s_stop)).ShouldAllBe(one => one);
        running.ShouldBe(Many);
    }

    [Fact]
    public async Task Who_waits_no_longer_takes_no_turn_and_the_next_ones_come()
    {
        using var turns = new SearchTurns(1, 1);
        using var gone = new CancellationTokenSource();
        var gate = new TaskCompletionSource<bool>();
        var first = turns.RunAsync("alice", () => gate.Task, s_stop);
        var second = turns.RunAsync("alice", () => Task.FromResult(true), gone.Token);
        var third = turns.RunAsync("bob", () => Task.FromResult(true), gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        await Should.ThrowAsync<OperationCanceledException>(third);

        gate.SetResult(true);
        (await first).ShouldBeTrue();
        (await turns.RunAsync("bob", () => Task.FromResult(true), s_stop).WaitAsync(Wait.Long, s_stop)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_search_that_fails_gives_its_turn_back()
    {
        using var turns = new SearchTurns(1, 1);
        await Should.ThrowAsync<IOException>(() =>
            turns.RunAsync("alice", () => Task.FromException<bool>(new IOException("broken")), s_stop)
        );

        (
            await turns.RunAsync("alice", () => Task.FromResult(true), s_stop).WaitAsync(Wait.Long, s_stop)
        ).ShouldBeTrue();
    }
}
