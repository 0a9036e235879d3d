using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Bench;

/// <summary>A log like one of a fleet: intents, outcomes and refusals of sessions that run at the same time.</summary>
internal static class MadeUpLog
{
    /// <summary>Entries at the log's end whose sessions ran four hundred at a time.</summary>
    public const long Spread = 500_000;

    private const int EntriesOfASession = 1000;

    /// <summary>Entries in the log.</summary>
    public static long SizeOf(string home)
    {
        var lines = File.ReadAllLines(Path.Combine(home, "log", "checkpoint"));
        return long.Parse(lines[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Appends entries of sessions of a thousand each, so many of them at the same time.</summary>
    public static async Task WriteAsync(string home, long count, int sessionsAtATime)
    {
        Directory.CreateDirectory(home);
        var options = JournalOptions.In(home);
        await using var journal = await Journal.OpenAsync(options, TimeProvider.System, default);
        var live = new (SessionId Id, int Written, int Agent)[sessionsAtATime];
        var state = 17UL;
        for (var i = 0L; i < count; i++)
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            var random = (int)(state >> 40);
            ref var session = ref live[random % sessionsAtATime];
            if (session.Id == default || session.Written == EntriesOfASession)
            {
                session = (SessionId.New(), 0, random % 50);
            }

            await journal.PostAsync(EntryOf(session.Id, session.Agent, session.Written++, random), default);
        }
    }

    /// <summary>Waits until closed segments were given up for their bundles, as they are in a log that rests.</summary>
    public static async Task SettleAsync(string home)
    {
        var options = JournalOptions.In(home);
        options = options with { Log = options.Log with { GiveUpAfter = TimeSpan.Zero } };
        await using var journal = await Journal.OpenAsync(options, TimeProvider.System, default);
        while (Directory.GetFiles(Path.Combine(home, "log", "seg"), "*.log").Length > 1)
        {
            await Task.Delay(200);
        }
    }

    private static Entry EntryOf(SessionId session, int agent, int written, int random)
    {
        var entry = new Entry
        {
            Kind = EntryKind.Intent,
            Session = session,
            Agent = $"agent-{agent}@3",
            Person = $"person-{agent % 10}@example.com",
            Passage = written / 2,
            Point = "egress",
            Policy = Digest.Of([(byte)agent]),
        };
        var tool = random % 3 == 0;
        var target = tool
            ? $"github/tool-{random % 40}"
            : $"GET https://host-{random % 300}.example:443/repos/item-{random % 5000}";
        entry = entry with { Verb = tool ? Verb.Tool : Verb.Http, Target = target };
        if (written % 50 >= 48)
        {
            return entry with
            {
                Kind = EntryKind.Refusal,
                Effect = Effect.Deny,
                Reason = "no rule allows it",
                Needed = $"allow: http GET https://host-{random % 300}.example/**",
            };
        }

        return written % 2 == 0
            ? entry with
            {
                Effect = Effect.Allow,
                Rules =
                [
                    new RuleReference("manifest", $"allow: rule {random % 60}", "", $"agent.yaml:{random % 60}:5"),
                ],
                Labels = written > 500 ? Labels.Untrusted : Labels.None,
                Credential = tool ? "github-token" : null,
            }
            : entry with
            {
                Kind = EntryKind.Outcome,
                Outcome = OutcomeKind.Done,
                Detail = "200",
                Usage = new Usage
                {
                    BytesIn = random,
                    BytesOut = 300,
                    Milliseconds = random % 1000,
                },
            };
    }
}
