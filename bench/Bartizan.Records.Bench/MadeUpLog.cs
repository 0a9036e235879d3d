using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Bench;

/// <summary>A log like one of a fleet: intents, outcomes and refusals of sessions that run at the same time.</summary>
internal static class MadeUpLog
{
    private const int EntriesOfASession = 1000;
    private const int SessionsAtATime = 20;

    /// <summary>Entries in the log.</summary>
    public static long SizeOf(string home)
    {
        var lines = File.ReadAllLines(Path.Combine(home, "log", "checkpoint"));
        return long.Parse(lines[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Appends entries.</summary>
    public static async Task WriteAsync(string home, long count)
    {
        Directory.CreateDirectory(home);
        var options = JournalOptions.In(home);
        await using var journal = await Journal.OpenAsync(options, TimeProvider.System, default);
        var live = new (SessionId Id, int Written, int Agent)[SessionsAtATime];
        var state = 17UL;
        for (var i = 0L; i < count; i++)
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            var random = (int)(state >> 40);
            ref var session = ref live[random % SessionsAtATime];
            if (session.Id == default || session.Written == EntriesOfASession)
            {
                session = (SessionId.New(), 0, random % 50);
            }

            await journal.PostAsync(EntryOf(session.Id, session.Agent, session.Written++, i, random), default);
        }
    }

    private static Entry EntryOf(SessionId session, int agent, int written, long number, int random)
    {
        var entry = new Entry
        {
            Kind = EntryKind.Intent,
            Session = session,
            Agent = $"agent-{agent}@3",
            Person = $"person-{agent % 10}@example.com",
            Passage = number / 2,
            Point = "egress",
            Policy = Digest.Of([(byte)agent]),
        };
        var tool = random % 3 == 0;
        var target = tool
            ? $"github/tool-{random % 40}"
            : $"GET https://host-{random % 300}.example:443/repos/item-{random % 5000}";
        entry = entry with { Verb = tool ? Verb.Tool : Verb.Http, Target = target };
        if (written % 50 == 49)
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
