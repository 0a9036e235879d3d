using System.Collections.Concurrent;
using Bartizan.Client;
using Bartizan.Client.Records;
using Bartizan.Control;
using Bartizan.Control.People;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Reading;
using Bartizan.Records.Journals;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;

namespace Bartizan.Daemon.Tests.Reading;

public sealed class RecordDeskTests : IDisposable
{
    private static readonly CancellationToken s_stop = TestContext.Current.CancellationToken;
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-desk-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("target:", "*a*b")]
    [InlineData("-reason:", "*a*b")]
    [InlineData("rule:", "a")]
    [InlineData("", "word")]
    public async Task A_query_that_looks_for_very_many_texts_is_refused_before_it_is_asked(string key, string value)
    {
        using var desk = Desk();
        var query = string.Join(' ', Enumerable.Repeat(key + value, RecordDesk.MaxScans + 1));

        var refused = await Should.ThrowAsync<ControlException>(async () =>
            await desk.LogAsync(new LogRequest { Query = query }, Onlooker(), s_stop)
        );

        refused.Problem.Error.ShouldContain("pieces of text");
    }

    [Fact]
    public async Task Many_exact_texts_go_by_an_index_and_are_no_more_than_one()
    {
        using var desk = Desk();
        var query =
            $"agent:{string.Join(',', Enumerable.Range(0, 60).Select(one => $"a{one}"))} host:*.example.com error";

        (await desk.LogAsync(new LogRequest { Query = query }, Onlooker(), s_stop)).Rows.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_sees_some_agents_has_the_others_left_out_before_they_are_looked_at(bool projected)
    {
        await WriteAsync("support-eu@1", "billing@1", null, "support@2", "Support-us@1", "billing@1", null);
        if (projected)
        {
            var place = new ProjectionPlace { Home = _home };
            using var search = await LogSearch.OpenAsync(place, _ => { }, s_stop);
        }

        using var desk = Desk();
        var looked = new ConcurrentQueue<string?>();
        Onlooker Of(params string[] agents) =>
            Onlooker() with
            {
                Agents = () => [.. agents],
                MaySee = agent =>
                {
                    looked.Enqueue(agent);
                    return agent is not null && new Grant(Role.Viewer, [.. agents]).Covers(agent.Split('@')[0]);
                },
            };

        var some = await desk.LogAsync(new LogRequest { Query = "x" }, Of("support-*"), s_stop);
        some.Rows.Select(row => row.Agent).ShouldBe(["support-eu@1"]);
        some.End.ShouldBe(some.Rows[^1].Index + 1);
        (await desk.LogAsync(new LogRequest(), Of("support", "sales"), s_stop))
            .Rows.Select(row => row.Agent)
            .ShouldBe(["support@2"]);
        var none = await desk.LogAsync(new LogRequest(), Of(), s_stop);
        (none.Rows.Count, none.End).ShouldBe((0, 0));
        (await desk.LogAsync(new LogRequest { After = 2 }, Of("sales"), s_stop)).End.ShouldBe(3);
        (await desk.CountsAsync(1, Of("support-*"), s_stop)).Lines.Sum(line => line.Calls).ShouldBe(1);
        looked.ShouldNotContain(agent => agent == null || agent.StartsWith("billing"));

        var all = await desk.LogAsync(new LogRequest(), Onlooker(), s_stop);
        (all.Rows.Count, all.End).ShouldBe((7, 7));
    }

    private async Task WriteAsync(params string?[] agents)
    {
        await using var journal = await Journal.OpenAsync(JournalOptions.In(_home), TimeProvider.System, s_stop);
        foreach (var agent in agents)
        {
            await journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Intent,
                    Session = SessionId.New(),
                    Agent = agent,
                    Verb = Verb.Tool,
                    Target = "x/y",
                },
                s_stop
            );
        }
    }

    private RecordDesk Desk() => new(_home, new EntryProofs(_home, null), TimeProvider.System);

    private static Onlooker Onlooker() =>
        new()
        {
            Person = "alice",
            MaySee = _ => true,
            Asks = () => [],
        };
}
