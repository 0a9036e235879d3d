using Bartizan.Client;
using Bartizan.Client.Records;
using Bartizan.Control;
using Bartizan.Daemon.Reading;

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

    private RecordDesk Desk() => new(_home, new EntryProofs(_home, null), TimeProvider.System);

    private static Onlooker Onlooker() =>
        new()
        {
            Person = "alice",
            MaySee = _ => true,
            Asks = () => [],
        };
}
