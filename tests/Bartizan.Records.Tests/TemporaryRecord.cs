using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log.Verification;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;
using Bartizan.Records.Verification;

namespace Bartizan.Records.Tests;

/// <summary>An instance's record in a directory of its own, and entries to put into it.</summary>
public abstract class TemporaryRecord : IDisposable
{
    protected string Home { get; } = Directory.CreateTempSubdirectory("bartizan-records-").FullName;

    protected SessionId Session { get; } = SessionId.New();

    protected JournalOptions Options => JournalOptions.In(Home);

    protected LogReader Reader => new(Options.LogDirectory, TimeProvider.System);

    public void Dispose()
    {
        Directory.Delete(Home, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected Task<Journal> OpenAsync() => Journal.OpenAsync(Options, TimeProvider.System, default);

    protected Task<RecordVerdict> VerifyAsync() =>
        RecordVerifier.VerifyAsync(Options, new LogVerifierOptions(), default);

    protected ProjectionPlace Place => new() { Home = Home };

    protected Task<LogSearch> SearchAsync() => LogSearch.OpenAsync(Place, _ => { }, default);

    protected static LogQuery Query(string text)
    {
        LogQuery.TryParse(text, DateTimeOffset.UnixEpoch, out var query, out var problem).ShouldBeTrue(problem);
        return query;
    }

    /// <summary>What a query finds, which must be the same with a projection and by walking the log.</summary>
    protected async Task<List<EntryRow>> RowsAsync(string query = "")
    {
        using var search = await SearchAsync();
        search.Note.ShouldBeNull();
        var rows = await search.FindAsync(Query(query), LogPage.All, default).ToListAsync();
        var walked = await Reader.ReadAsync(Query(query), 0, default).ToListAsync();
        rows.Select(row => row.Index).ShouldBe(walked.Select(row => row.Index));
        return rows;
    }

    protected Entry Intent(long passage, string target = "example.com:443", Verb verb = Verb.Connect) =>
        new()
        {
            Kind = EntryKind.Intent,
            Session = Session,
            Agent = "triage@3",
            Person = "uid:1000",
            Passage = passage,
            Point = "egress",
            Verb = verb,
            Target = target,
            Effect = Effect.Allow,
        };

    protected Entry Outcome(long passage, OutcomeKind kind = OutcomeKind.Done) =>
        new()
        {
            Kind = EntryKind.Outcome,
            Session = Session,
            Passage = passage,
            Outcome = kind,
            Usage = new Usage
            {
                BytesIn = 5,
                BytesOut = 3,
                Milliseconds = 1.2345,
            },
        };

    protected Entry Refusal(string target) =>
        new()
        {
            Kind = EntryKind.Refusal,
            Session = Session,
            Agent = "triage@3",
            Verb = Verb.Connect,
            Target = target,
            Effect = Effect.Deny,
            Reason = "no rule allows it",
        };

    protected Entry State(string state) =>
        new()
        {
            Kind = EntryKind.State,
            Session = Session,
            Agent = "triage@3",
            Detail = state,
        };

    protected static Payload Text(string role, string text) =>
        new(role, "text/plain", System.Text.Encoding.UTF8.GetBytes(text));
}
