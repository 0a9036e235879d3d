using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Tests.Retention;

/// <summary>A record of small segments, some sessions in it, and a clock that can be put ahead.</summary>
public abstract class RetainedRecord : TemporaryRecord
{
    /// <summary>Model payloads a month, others two, entries three.</summary>
    protected static readonly RetentionSettings Settings = new()
    {
        Payloads = ImmutableDictionary<PayloadClass, TimeSpan?>.Empty.Add(PayloadClass.Model, TimeSpan.FromDays(30)),
        PayloadDefault = TimeSpan.FromDays(60),
        EntryDefault = TimeSpan.FromDays(90),
    };

    private const int MaxSegments = 60;

    protected static readonly (long, string) Exported = (long.MaxValue, "");

    internal ShiftedClock Clock { get; } = new();

    protected string Archives => Path.Combine(Home, "archive");

    protected new async Task<Journal> OpenAsync() =>
        await Journal.OpenAsync(
            Options with
            {
                Log = Options.Log with { SegmentBytes = 16 * 1024, MaxCommitEntries = 64, GiveUpAfter = TimeSpan.Zero },
            },
            Clock,
            default
        );

    protected Retainer RetainerOf(Journal journal) => new(journal, Options.LogDirectory, Archives, Clock);

    protected void Pass(int days) => Clock.Ahead += TimeSpan.FromDays(days);

    /// <summary>A session with a payload of each of two classes and many entries; over, unless it shall live.</summary>
    protected static async Task<SessionId> WriteSessionAsync(
        Journal journal,
        string person = "alice",
        bool ends = true,
        int passages = 200
    )
    {
        var id = SessionId.New();
        await journal.AppendAsync(StateOf(id, person, "running"), default);
        await journal.AppendAsync(
            new Entry
            {
                Kind = EntryKind.View,
                Session = id,
                Payloads = [Text("view", "the view")],
            },
            default
        );
        for (var passage = 1; passage <= passages; passage++)
        {
            await journal.PostAsync(
                new Entry
                {
                    Kind = EntryKind.Intent,
                    Session = id,
                    Passage = passage,
                    Verb = Verb.Model,
                    Target = "anthropic/model",
                    Payloads = passage == 1 ? [Text("request", "a prompt with a secret in it")] : [],
                },
                default
            );
            await journal.PostAsync(
                new Entry
                {
                    Kind = EntryKind.Outcome,
                    Session = id,
                    Passage = passage,
                    Verb = Verb.Model,
                    Outcome = OutcomeKind.Done,
                },
                default
            );
        }

        await journal.AppendAsync(StateOf(id, person, ends ? "ended: done" : "paused"), default);
        return id;
    }

    /// <summary>Entries of the instance, until everything before them lies in bundles.</summary>
    protected static async Task FillAsync(Journal journal, int entries = 600)
    {
        for (var i = 0; i < entries; i++)
        {
            await journal.PostAsync(new Entry { Kind = EntryKind.Heartbeat, Detail = $"beat {i}" }, default);
        }

        await journal.AppendAsync(new Entry { Kind = EntryKind.Heartbeat, Detail = "beat" }, default);
        // One segment is given up behind each checkpoint.
        for (var i = 0; i < MaxSegments; i++)
        {
            await journal.Log.PublishCheckpointAsync(default);
        }
    }

    protected async Task<RetentionOutcome> RunAsync(Journal journal) =>
        await RetainerOf(journal).RunAsync(Settings, Exported, "bartizan", default);

    protected Task HoldAsync(Journal journal, RecordScope scope) =>
        new Eraser(journal, Options.LogDirectory).HoldAsync(true, scope, "case 7", "carol", default);

    private static Entry StateOf(SessionId id, string person, string state) =>
        new()
        {
            Kind = EntryKind.State,
            Session = id,
            Agent = "triage@3",
            Person = person,
            Detail = state,
        };
}
