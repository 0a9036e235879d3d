using Bartizan.Client;
using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Control;
using Bartizan.Core.Entries;
using Bartizan.Daemon.Reading;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Tests.Reading;

public sealed class ChangeFeedTests
{
    private static readonly CancellationToken s_stop = TestContext.Current.CancellationToken;
    private readonly LiveSessions _sessions = new();

    [Fact]
    public async Task A_log_that_is_too_busy_ends_nobodys_feed_and_the_finding_is_told_later()
    {
        var asked = 0;
        var feed = Feed(() =>
            ++asked == 1
                ? throw new ControlException(new ControlProblem(125, "it took too long to find"))
                :
                [
                    new LogRow
                    {
                        Index = 7,
                        Time = DateTimeOffset.UnixEpoch,
                        Kind = "finding",
                        Lane = "session",
                    },
                ]
        );
        await using var told = feed.ChangesAsync(Onlooker("alice"), s_stop).GetAsyncEnumerator(s_stop);
        (await NextAsync(told)).ShouldNotBeNull().Findings.ShouldBeEmpty();

        _sessions.Note(new Entry { Kind = EntryKind.Finding });
        LiveChange? change;
        do
        {
            change = await NextAsync(told);
        } while (change is not { Findings.Count: > 0 });

        change.Findings.ShouldHaveSingleItem().Index.ShouldBe(7);
        asked.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task One_person_has_their_share_of_windows_and_others_have_theirs()
    {
        var feed = Feed(() => []);
        var open = new Stack<IAsyncEnumerator<LiveChange?>>();
        for (var window = 0; window < ChangeFeed.MaxOfPerson; window++)
        {
            open.Push(await OpenAsync(feed, "mallory"));
        }

        await Should.ThrowAsync<ControlException>(() => OpenAsync(feed, "mallory"));
        open.Push(await OpenAsync(feed, "alice"));

        await CloseAsync(open);
        open.Push(await OpenAsync(feed, "mallory"));
        await CloseAsync(open);
    }

    [Fact]
    public async Task So_many_watch_at_once_and_one_more_is_told_so_until_somebody_leaves()
    {
        var feed = Feed(() => []);
        var open = new Stack<IAsyncEnumerator<LiveChange?>>();
        for (var window = 0; window < ChangeFeed.MaxListeners; window++)
        {
            open.Push(await OpenAsync(feed, $"person{window / ChangeFeed.MaxOfPerson}"));
        }

        (await Should.ThrowAsync<ControlException>(() => OpenAsync(feed, "alice"))).Problem.Error.ShouldContain(
            "too many windows"
        );
        await open.Pop().DisposeAsync();
        open.Push(await OpenAsync(feed, "alice"));
        await CloseAsync(open);
    }

    private ChangeFeed Feed(Func<IReadOnlyList<LogRow>> findings) =>
        new(_sessions, () => [], () => 1, (_, _, _, _) => Task.FromResult(findings()), TimeProvider.System);

    private static Onlooker Onlooker(string person) =>
        new()
        {
            Person = person,
            MaySee = _ => true,
            Asks = () => [],
        };

    private static async Task<IAsyncEnumerator<LiveChange?>> OpenAsync(ChangeFeed feed, string person)
    {
        var told = feed.ChangesAsync(Onlooker(person), s_stop).GetAsyncEnumerator(s_stop);
        await NextAsync(told);
        return told;
    }

    private static async Task CloseAsync(Stack<IAsyncEnumerator<LiveChange?>> open)
    {
        while (open.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }

    private static async Task<LiveChange?> NextAsync(IAsyncEnumerator<LiveChange?> told)
    {
        (await told.MoveNextAsync().AsTask().WaitAsync(Wait.Long, s_stop)).ShouldBeTrue();
        return told.Current;
    }
}
