using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Posture.Replays;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;

namespace Bartizan.Posture.Tests.Replays;

public sealed class ReplayTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-replay-").FullName;
    private readonly SessionId _session = SessionId.New();

    private JournalOptions Places => JournalOptions.In(_home);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_lower_limit_on_an_argument_shows_in_the_calls_that_were_above_it()
    {
        var then = Manifest("args.limit <= 100");
        await RecordAsync(then, Call("""{"limit":60}"""), Call("""{"limit":40}"""), Call("""{"limit":90}"""));

        var report = await ReplayAsync(Manifest("args.limit <= 50"));

        report.Actions.ShouldBe(3);
        report.Blind.ShouldBe(0);
        var change = report.Changes.ShouldHaveSingleItem();
        (change.Was, change.Now, change.Count).ShouldBe((Effect.Allow, Effect.Deny, 2));
        (await ReplayAsync(Manifest("args.limit <= 99"))).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_opened_is_unknown_and_counted()
    {
        await RecordAsync(
            Manifest("args.limit <= 100"),
            Call("""{"limit":60}""") with
            {
                Payloads = [],
            },
            Call("""{"limit":60"""),
            Call("""{"limit":60,"limit":1}""")
        );

        var report = await ReplayAsync(Manifest("args.limit <= 70"));

        report.Blind.ShouldBe(2);
        report.Changes.ShouldHaveSingleItem().Count.ShouldBe(3);
        (await ReplayAsync(Manifest("args.limit <= 70"), withPayloads: false)).Blind.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_new_trust_section_would_have_asked_shows_before_it_is_introduced()
    {
        var find = Call("""{"limit":1}""");
        await RecordAsync(Manifest("args.limit <= 100"), find, find with { Session = SessionId.New() }, find);
        const string Trust = """
            trust:
              untrusted: ["tool crm/*"]
              consequential: [{ tool: "crm/find" }]
            """;

        var change = (await ReplayAsync(Manifest("args.limit <= 100", Trust))).Changes.ShouldHaveSingleItem();

        // The second call of the first session: only it came after something untrusted.
        (change.Was, change.Now, change.Count).ShouldBe((Effect.Allow, Effect.Ask, 1));
    }

    [Theory]
    [InlineData("", false, 2)]
    [InlineData("  declassify: { by: ann }", false, 1)]
    [InlineData("  declassify: { by: ann }", true, 2)]
    public async Task A_label_that_people_took_off_is_off_where_the_manifest_lets_them_unless_it_stayed(
        string declassify,
        bool stayed,
        int asked
    )
    {
        var find = Call("""{"limit":1}""");
        var cleared = find with
        {
            Kind = EntryKind.Approval,
            Passage = 0,
            Verb = Verb.Unknown,
            Target = "label untrusted",
            Detail = "untrusted taken off: met up to number 2",
            Payloads = [],
        };
        var kept = cleared with
        {
            Effect = Effect.Deny,
            Detail = "untrusted stays: it wasn't taken off, met up to number 2",
        };
        await RecordAsync(
            Manifest("args.limit <= 100"),
            [find, find, cleared, .. stayed ? [kept] : Array.Empty<Entry>(), find]
        );
        var trust = $$"""
            trust:
              untrusted: ["tool crm/*"]
              consequential: [{ tool: "crm/find" }]
            {{declassify}}
            """;

        (await ReplayAsync(Manifest("args.limit <= 100", trust))).Changes.ShouldHaveSingleItem().Count.ShouldBe(asked);
    }

    private static Manifest Manifest(string when, string trust = "")
    {
        var load = ManifestLoader.Load(
            $"""
            apiVersion: bartizan/v1
            agent: tried
            version: 1
            owner: tests@example.com
            description: An agent of a test.
            environment: development
            rules:
              - allow: tool crm/find
                when: '{when}'
                why: A test says so.
            {trust}
            """,
            "agent.yaml",
            _ => null
        );
        return load.Manifest ?? throw new InvalidOperationException(load.Errors[0].Message);
    }

    private Entry Call(string arguments) =>
        new()
        {
            Kind = EntryKind.Intent,
            Session = _session,
            Agent = "tried@1",
            Passage = 1,
            Point = "tools",
            Verb = Verb.Tool,
            Target = "crm/find",
            Effect = Effect.Allow,
            Payloads = [new Payload("arguments", "application/json", Encoding.UTF8.GetBytes(arguments))],
        };

    private async Task RecordAsync(Manifest manifest, params Entry[] entries)
    {
        var policy = Policy.Compile(manifest).Digest;
        await using var journal = await Journal.OpenAsync(Places, TimeProvider.System, default);
        foreach (var entry in entries)
        {
            await journal.AppendAsync(entry with { Policy = policy }, default);
        }
    }

    private async Task<ReplayReport> ReplayAsync(Manifest manifest, bool withPayloads = true)
    {
        using var payloads = new PayloadReader(Places.PayloadDirectory, Places.KeyDirectory);
        var replay = new Replay(manifest, withPayloads ? payloads : null);
        LogQuery.TryParse("", DateTimeOffset.UnixEpoch, out var query, out _).ShouldBeTrue();
        await foreach (var row in new LogReader(Places.LogDirectory, TimeProvider.System).ReadAsync(query, 0, default))
        {
            replay.Add(row);
        }

        return replay.Report;
    }
}
