using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Export;

namespace Bartizan.Records.Tests.Export;

/// <summary>Entries of every kind and verb, encoded and read back as an export reads them.</summary>
internal static class SampleEntries
{
    public const string Origin = "bartizan-test";

    public static readonly ExportSource Source = new("0.1.0", "host.example");

    private static readonly DateTimeOffset s_time = new(2026, 11, 21, 9, 30, 15, 123, TimeSpan.Zero);

    private static readonly SessionId s_session = SessionId.TryParse("s-0123456789abcdefghjk", out var id)
        ? id
        : default;

    public static IEnumerable<ExportedEntry> All(string text = "plain")
    {
        var index = 0L;
        foreach (var entry in Entries(text))
        {
            yield return Of(entry, index++);
        }
    }

    public static ExportedEntry Of(Entry entry, long index = 7)
    {
        var bytes = new byte[LogOptions.MaxLeafBytes];
        PayloadReference[] payloads =
            entry.Kind == EntryKind.Intent
                ? [new PayloadReference("request", "application/json", 12, 12, Digest.Of("salted"u8), 16)]
                : [];
        var length = EntryCodec.Encode(
            entry,
            new EntryStamp(s_time, index, Origin, index > 0 ? index - 1 : null),
            payloads,
            bytes
        );
        return ExportedEntry.Of(new LogLeaf(index, bytes.AsMemory(0, length)), Source);
    }

    /// <summary>Every shape that the daemon writes; <paramref name="text"/> stands wherever an agent has a say.</summary>
    public static IEnumerable<Entry> Entries(string text)
    {
        foreach (var (verb, target) in Targets(text))
        {
            var action = Base(EntryKind.Intent) with { Verb = verb, Target = target, Point = "egress", Passage = 4 };
            yield return action with
            {
                Effect = Effect.Allow,
                Rules = [new RuleReference("manifest", $"allow: {verb} {text}", "", "agent.yaml:3:5")],
                Policy = Digest.Of("policy"u8),
                Labels = Labels.Untrusted | Labels.Secret,
                Credential = "github-token",
            };
            yield return action with
            {
                Effect = Effect.Allow,
                Verdict = Effect.Deny,
                Observed = true,
                Needed = $"allow: {verb} {text}",
            };
            foreach (var outcome in Enum.GetValues<OutcomeKind>())
            {
                yield return action with
                {
                    Kind = EntryKind.Outcome,
                    Outcome = outcome,
                    Detail = outcome == OutcomeKind.Done ? "200" : text,
                    ToolCalls = [text, "get_issue"],
                    Usage = new Usage
                    {
                        BytesIn = 5,
                        BytesOut = 3,
                        InputTokens = 100,
                        OutputTokens = 7,
                        Milliseconds = 12.5,
                    },
                };
            }

            yield return action with
            {
                Kind = EntryKind.Refusal,
                Effect = Effect.Deny,
                Reason = $"no rule allows {text}",
                Needed = $"allow: {verb} {text}",
            };
            yield return action with
            {
                Kind = EntryKind.Approval,
                Effect = Effect.Allow,
                Action = Digest.Of("action"u8),
                Reason = text,
            };
        }

        yield return Base(EntryKind.Refusal) with
        {
            Effect = Effect.Deny,
            Count = 400,
            Reason = text,
        };
        foreach (var state in (string[])["preparing", "running", "paused", "ended: done", "ended: lost", ""])
        {
            yield return Base(EntryKind.State) with
            {
                Detail = state,
                Reason = text,
            };
        }

        yield return Base(EntryKind.Seen) with
        {
            Verb = Verb.Exec,
            Point = "sandbox",
            Target = text,
            Detail = "started",
            Count = 3,
            Lost = 1,
        };
        yield return Base(EntryKind.Seen) with
        {
            Verb = Verb.Write,
            Point = "sandbox",
            Target = text,
            Detail = "removed",
        };
        yield return Base(EntryKind.Seen) with
        {
            Point = "sandbox",
            Detail = "in all: 1 programs started",
        };
        yield return Base(EntryKind.View) with
        {
            Target = text,
            Detail = "12 files, 1 paths left out",
        };
        yield return Base(EntryKind.Receipt) with
        {
            Target = text,
            Detail = "user namespace: kernel",
        };
        yield return Base(EntryKind.Workspace) with
        {
            Verb = Verb.Write,
            Detail = "applied",
            Count = 3,
        };
        yield return Base(EntryKind.State) with
        {
            Detail = "running",
            Parent = s_session,
            Lost = 3,
        };
        yield return new Entry { Kind = EntryKind.Heartbeat };
        yield return Base(EntryKind.Claim) with
        {
            Target = text,
            Detail = $"decision={text}",
            Point = "claims",
        };
        yield return Base(EntryKind.Finding) with
        {
            Verb = Verb.Tool,
            Target = $"github/{text}",
            Detail = "pin-changed high 1.0",
            Reason = text,
            Point = "pins",
        };
        yield return Base(EntryKind.Vault) with
        {
            Target = text,
            Credential = $"vault:{text}@3",
            Detail = "lent",
        };
        foreach (var what in (string[])["started", "stopped", text])
        {
            yield return new Entry { Kind = EntryKind.Instance, Detail = what };
        }
    }

    private static IEnumerable<(Verb Verb, string Target)> Targets(string text)
    {
        yield return (Verb.Model, $"anthropic/claude-{text}");
        yield return (Verb.Model, text);
        yield return (Verb.Tool, $"github/get_{text}");
        yield return (Verb.Http, "GET https://api.example.com:443/repos?x=1");
        yield return (Verb.Http, $"BREW http://10.0.0.1:80/{text}");
        yield return (Verb.Http, text);
        yield return (Verb.Connect, "example.com:443");
        yield return (Verb.Connect, "::1:8443");
        yield return (Verb.Connect, "evil.example:53");
        yield return (Verb.Connect, text);
        yield return (Verb.Read, $"workspace/{text}");
        yield return (Verb.Write, $"/srv/{text}/");
        yield return (Verb.Exec, $"curl {text}");
        yield return (Verb.Delegate, text);
        yield return (Verb.Serve, $"GET /{text}");
    }

    private static Entry Base(EntryKind kind) =>
        new()
        {
            Kind = kind,
            Session = s_session,
            Agent = "triage@3",
            Person = "uid:1000",
        };
}
