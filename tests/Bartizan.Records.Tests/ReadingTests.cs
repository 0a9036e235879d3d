using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;
using Bartizan.Records.Timelines;

namespace Bartizan.Records.Tests;

public sealed class ReadingTests : TemporaryRecord
{
    [Theory]
    [InlineData("", 6)]
    [InlineData("kind:intent", 2)]
    [InlineData("kind:intent,refusal", 3)]
    [InlineData("-kind:intent", 4)]
    [InlineData("effect:deny", 1)]
    [InlineData("decision:deny", 1)]
    [InlineData("verb:connect target:*.example:*", 1)]
    [InlineData("target:EXAMPLE.com:443", 2)]
    [InlineData("agent:triage kind:state", 2)]
    [InlineData("agent:triage@3", 5)]
    [InlineData("agent:other", 0)]
    [InlineData("outcome:done", 1)]
    [InlineData("passage:1", 2)]
    [InlineData("evil", 1)]
    [InlineData("\"no rule\"", 1)]
    [InlineData("\"no rule\" -evil", 0)]
    [InlineData("since:2026-01-01", 6)]
    [InlineData("until:2020-01-01", 0)]
    [InlineData("index:3", 1)]
    public async Task A_query_finds_what_it_asks_for(string query, int count)
    {
        await WriteStoryAsync();

        (await RowsAsync(query)).Count.ShouldBe(count);
    }

    [Fact]
    public async Task A_session_is_found_by_its_id()
    {
        await WriteStoryAsync();

        (await RowsAsync($"session:{Session}")).Count.ShouldBe(6);
        (await RowsAsync($"-session:{Session}")).ShouldBeEmpty();
        (await RowsAsync($"session:{SessionId.New()}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("agnet:triage", "`agnet:`")]
    [InlineData("kind:intend", "takes")]
    [InlineData("agnet:triage", "did you mean `agent:`")]
    [InlineData("kind:refusl", "Did you mean `refusal`?")]
    [InlineData("agent:", "needs a value")]
    [InlineData("agent:\"a", "a quote isn't closed")]
    [InlineData("index:1..2..3", "takes a number")]
    [InlineData("observed:perhaps", "`true` or `false`")]
    [InlineData("verb:unknown", "takes")]
    [InlineData("since:yesterday", "takes `30s`")]
    [InlineData("passage:x", "a number")]
    public void A_query_that_asks_for_nothing_says_why(string query, string says)
    {
        LogQuery.TryParse(query, DateTimeOffset.UnixEpoch, out _, out var problem).ShouldBeFalse();

        problem.ShouldContain(says);
    }

    [Fact]
    public void Since_counts_back_from_now()
    {
        var now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        foreach (var (text, seconds) in new[] { ("30s", 30), ("15m", 900), ("2h", 7200), ("7d", 604800) })
        {
            LogQuery.TryParse($"since:{text}", now, out var query, out _).ShouldBeTrue();
            query.Matches(At(now.AddSeconds(-seconds))).ShouldBeTrue();
            query.Matches(At(now.AddSeconds(-seconds - 1))).ShouldBeFalse();
        }

        static Entries.EntryRow At(DateTimeOffset time) =>
            new(0, new Entries.EntryStamp(time, 0, "", null), new Entry { Kind = EntryKind.Instance }, []);
    }

    [Fact]
    public async Task A_follower_sees_what_is_appended_after_it_began()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Intent(1), default);
        var seen = 0;
        await foreach (var row in Reader.FollowAsync(LogQuery.All, 0, TestContext.Current.CancellationToken))
        {
            row.Index.ShouldBe(seen++);
            if (seen == 3)
            {
                break;
            }

            await journal.AppendAsync(Intent(seen + 1), default);
        }

        seen.ShouldBe(3);
    }

    [Fact]
    public async Task A_timeline_answers_what_was_reached_changed_and_whether_it_was_allowed()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(State("running"), default);
            await journal.AppendAsync(Intent(1) with { Payloads = [Text("request", "hello")] }, default);
            await journal.PostAsync(Outcome(1) with { Payloads = [Text("response", "world!")] }, default);
            await journal.AppendAsync(Intent(2), default);
            await journal.PostAsync(Outcome(2), default);
            await journal.AppendAsync(Intent(3, "GET http://docs.example:80/", Verb.Http), default);
            await journal.AppendAsync(Intent(4, "POST http://forms.example:80/", Verb.Http), default);
            await journal.PostAsync(Outcome(4, OutcomeKind.Unknown), default);
            await journal.AppendAsync(Refusal("evil.example:443"), default);
            await journal.AppendAsync(State("ended"), default);
        }

        using var payloads = new PayloadReader(Options.PayloadDirectory, Options.KeyDirectory);
        using var search = await SearchAsync();
        var timeline = (await SessionTimeline.BuildAsync(search, payloads, Session, true, default)).ShouldNotBeNull();

        timeline.State.ShouldBe("ended");
        timeline.Agent.ShouldBe("triage@3");
        timeline.Rows.Length.ShouldBe(7);
        timeline
            .Rows[1]
            .Payloads.Select(payload => (payload.Reference.Size, payload.State))
            .ShouldBe([(5L, PayloadState.Whole), (6L, PayloadState.Whole)]);
        timeline.Rows[1].Payloads.Select(payload => payload.Excerpt).ShouldBe(["hello", "world!"]);
        timeline.Reached.ShouldContain(new TimelineTarget(Verb.Connect, "example.com:443", 2, 6, 10));
        timeline.Changed.Select(target => target.Target).ShouldBe(["POST http://forms.example:80/"]);
        timeline.Mandate.Kept.ShouldBeTrue();
        timeline.Mandate.Refused.ShouldHaveSingleItem().Row.Entry.Target.ShouldBe("evil.example:443");
        timeline.Mandate.Unknown.Select(row => row.Row.Entry.Passage).ShouldBe([3L, 4L]);
        (await SessionTimeline.BuildAsync(search, payloads, SessionId.New(), true, default)).ShouldBeNull();
    }

    [Fact]
    public async Task What_only_observe_let_pass_is_outside_the_mandate()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(1) with { Observed = true }, default);
            await journal.AppendAsync(
                Intent(2) with
                {
                    Observed = true,
                    Needed = "allow: connect example.com:443",
                },
                default
            );
        }

        using var payloads = new PayloadReader(Options.PayloadDirectory, Options.KeyDirectory);
        using var search = await SearchAsync();
        var timeline = (await SessionTimeline.BuildAsync(search, payloads, Session, true, default)).ShouldNotBeNull();

        timeline.Mandate.Kept.ShouldBeFalse();
        timeline.Mandate.Observed.ShouldHaveSingleItem().Row.Entry.Passage.ShouldBe(2);
    }

    [Fact]
    public async Task A_timeline_names_the_credentials_that_were_lent_and_the_files_that_were_changed()
    {
        const string Changes =
            """{"changes":[{"kind":"changed","path":"src/a.cs","before":"11","after":"22"}],"refused":[]}""";
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(1) with { Credential = "github-token" }, default);
            await journal.AppendAsync(Intent(2) with { Credential = "github-token" }, default);
            foreach (var detail in (string[])["applying", "applied"])
            {
                await journal.AppendAsync(
                    State("") with
                    {
                        Kind = EntryKind.Workspace,
                        Detail = detail,
                        Payloads =
                        [
                            new Payload("changes", "application/json", System.Text.Encoding.UTF8.GetBytes(Changes)),
                        ],
                    },
                    default
                );
            }
        }

        using var payloads = new PayloadReader(Options.PayloadDirectory, Options.KeyDirectory);
        using var search = await SearchAsync();
        var timeline = (await SessionTimeline.BuildAsync(search, payloads, Session, false, default)).ShouldNotBeNull();

        timeline.Credentials.ShouldBe([new TimelineCredential("github-token", 2)]);
        timeline.Files.ShouldBe([new TimelineFile("changed", "src/a.cs", "11", "22")]);
        timeline.Rows.SelectMany(row => row.Payloads).ShouldAllBe(payload => payload.Excerpt == null);
    }

    private async Task WriteStoryAsync()
    {
        await using Journal journal = await OpenAsync();
        await journal.AppendAsync(State("running"), default);
        await journal.AppendAsync(Intent(1), default);
        await journal.PostAsync(Outcome(1), default);
        await journal.AppendAsync(Intent(2), default);
        await journal.AppendAsync(Refusal("www.evil.example:443"), default);
        await journal.AppendAsync(State("ended"), default);
    }
}
