using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Records.Claims;
using Bartizan.Records.Export.Formats.Otlp;
using Bartizan.Records.Tests.Export;

namespace Bartizan.Records.Tests.Claims;

public sealed class ClaimTests
{
    private readonly Kept _journal = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_agent_says_of_itself_is_an_entry_that_says_so(bool asJson)
    {
        var book = new ClaimBook(_journal, TimeProvider.System);
        (await book.TakeAsync(Session(), Body(asJson, 1), asJson, default)).ShouldBe(0);
        var entry = _journal.Entries.ShouldHaveSingleItem();
        (entry.Kind, entry.Point, entry.Target).ShouldBe((EntryKind.Claim, "claims", "claude_code.tool_decision"));
        entry.Detail.ShouldBe("decision=accept source=config");
        entry.Effect.ShouldBeNull();
        entry.Passage.ShouldBe(0);
        using var kept = JsonDocument.Parse(entry.Payloads.ShouldHaveSingleItem().Content);
        kept.RootElement.GetProperty("prompt").GetString().ShouldBe("what the person typed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claims_above_the_rate_are_counted_and_the_next_one_says_how_many(bool asJson)
    {
        var clock = new RushedClock(TimeSpan.Zero);
        var book = new ClaimBook(_journal, clock);
        var session = Session();
        (await book.TakeAsync(session, Body(asJson, 300), asJson, default)).ShouldBe(100);
        _journal.Entries.Count.ShouldBe(200);
        clock.Pass(TimeSpan.FromSeconds(1));
        (await book.TakeAsync(session, Body(asJson, 1), asJson, default)).ShouldBe(0);
        _journal.Entries[^1].Lost.ShouldBe(100);
        (await book.TakeAsync(Session(), Body(asJson, 5), asJson, default)).ShouldBe(0, "another session has its own");
    }

    [Fact]
    public async Task What_is_no_OTLP_records_nothing()
    {
        var book = new ClaimBook(_journal, TimeProvider.System);
        (await book.TakeAsync(Session(), "{\"resourceLogs\":7}"u8.ToArray(), true, default)).ShouldBeNull();
        (await book.TakeAsync(Session(), "[[[["u8.ToArray(), true, default)).ShouldBeNull();
        (await book.TakeAsync(Session(), new byte[] { 0xff, 0xff, 0xff }, false, default)).ShouldBe(0);
        _journal.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_giant_claim_is_cut_to_its_bounds(bool asJson)
    {
        var giant = new OtlpAttributes().Add("decision", new string('\n', 300_000));
        for (var i = 0; i < 500; i++)
        {
            giant.Add($"a{i}{new string('n', 500)}", new string('v', 2000));
        }

        var record = new OtlpRecord(1, 9, "INFO", new string('e', 100_000), "b", [], [], giant);
        var body = asJson
            ? OtlpJson.Request(new OtlpAttributes(), "s", "Logs", [OtlpJson.Encode(record)])
            : OtlpProto.Request(new OtlpAttributes(), "s", [OtlpProto.Encode(record)]);
        await new ClaimBook(_journal, TimeProvider.System).TakeAsync(Session(), body, asJson, default);
        var entry = _journal.Entries.ShouldHaveSingleItem();
        entry.Target!.Length.ShouldBe(ClaimReader.MaxNameLength);
        entry.Detail!.Length.ShouldBe(512);
        entry.Payloads[0].Content.Length.ShouldBeLessThan(64 << 10);
    }

    private static byte[] Body(bool asJson, int claims)
    {
        var record = new OtlpRecord(
            1,
            9,
            "INFO",
            "claude_code.tool_decision",
            "tool decision",
            [],
            [],
            new OtlpAttributes()
                .Add("decision", "accept")
                .Add("source", "config")
                .Add("prompt", "what the person typed")
                .Add("duration_ms", 12)
        );
        return asJson
            ? OtlpJson.Request(new OtlpAttributes(), "s", "Logs", Enumerable.Repeat(OtlpJson.Encode(record), claims))
            : OtlpProto.Request(new OtlpAttributes(), "s", Enumerable.Repeat(OtlpProto.Encode(record), claims));
    }

    private static Session Session()
    {
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: tried\nversion: 1\nrules:\n  - allow: connect a.example:443\n    why: A test.\n",
            "agent.yaml",
            _ => null
        );
        var manifest = load.Manifest.ShouldNotBeNull(string.Join('\n', load.Errors));
        return Bartizan
            .Core.Sessions.Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "uid:1000", false)
            .Session;
    }

    private sealed class Kept : IJournal
    {
        public List<Entry> Entries { get; } = [];

        public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
        {
            Entries.Add(entry);
            return ValueTask.FromResult<long>(Entries.Count);
        }

        public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
        {
            Entries.Add(entry);
            return ValueTask.CompletedTask;
        }
    }
}
