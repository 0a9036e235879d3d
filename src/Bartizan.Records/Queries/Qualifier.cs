using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Queries;

/// <summary>A key of the query language. The table in the documentation is held against this one by a test.</summary>
/// <param name="Name">The key.</param>
/// <param name="Alias">Another name of it; empty for none.</param>
/// <param name="Takes">What stands behind the colon.</param>
/// <param name="Finds">What it finds.</param>
/// <param name="Example">A word with it.</param>
public sealed record Qualifier(string Name, string Alias, string Takes, string Finds, string Example)
{
    private const string Texts = "text, `*` for any run";
    private const string Moments = "`30s`, `15m`, `2h`, `7d` ago, a date or a time";

    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<Qualifier> All { get; } =
    [
        new(
            "action",
            "",
            Texts,
            "the digest that ties an approval to the intent or refusal that came of it",
            "action:9f86*"
        ),
        new("agent", "", Texts, "the agent, as `name@version` or by its name alone", "agent:triage"),
        new(
            "credential",
            "",
            Texts,
            "the handle of a credential that was lent; secrets are in no entry",
            "credential:github-*"
        ),
        new("decision", "effect", OneOf<Effect>(), "what was done: `deny` for refusals", "decision:deny"),
        new("detail", "", Texts, "how it ended, a session's state, what the instance says", "detail:ended*"),
        new("host", "", Texts, "the host of an `http` or `connect` target", "host:*.example.com"),
        new("index", "", "a number, or `FROM..TO`", "the entry's place in the log", "index:100..200"),
        new("kind", "", OneOf<EntryKind>(), "what the entry records", "kind:refusal,approval"),
        new("label", "", OneOf<Labels>(), "a label that the session had", "label:untrusted"),
        new("model", "", Texts, "the target of a model call", "model:anthropic/*"),
        new("observed", "", "`true` or `false`", "sessions under `--observe`", "observed:true"),
        new("outcome", "", OneOf<OutcomeKind>(), "how a granted action ended", "outcome:failed,unknown"),
        new(
            "passage",
            "",
            "a number, or `FROM..TO`",
            "an intent and its outcome; with `session:`, exactly one",
            "passage:7"
        ),
        new("point", "", Texts, "the enforcement point", "point:egress"),
        new("policy", "", Texts, "the digest of the policy that decided", "policy:9f86*"),
        new("reason", "", Texts, "why it was refused, or moved", "reason:*rate*"),
        new(
            "rule",
            "",
            Texts,
            "a rule behind the decision: its text, place (`file:line:column`) or layer",
            "rule:deny*"
        ),
        new("session", "", Texts, "the session", "session:s-0123456789abcdefghjk"),
        new("since", "", Moments, "from that time on", "since:2d"),
        new("target", "", Texts, "the whole canonical target", "target:*pulls*"),
        new("tool", "", Texts, "the target of a tool call, and tools that a model's answer asked for", "tool:github/*"),
        new("until", "", Moments, "up to that time", "until:2026-01-31T12:00:00Z"),
        new("user", "person", Texts, "on whose behalf the session ran, or who answered an ask", "user:uid:1000"),
        new("verb", "", OneOf<Verb>(), "the kind of action", "verb:tool,http"),
        new(
            "verdict",
            "",
            OneOf<Effect>(),
            "what the rules alone said; `ask` finds what a person was asked",
            "verdict:ask"
        ),
    ];

    /// <summary>The qualifier of a key or an alias; null for none.</summary>
    public static Qualifier? Find(string key) =>
        All.FirstOrDefault(qualifier => key.Length > 0 && (qualifier.Name == key || qualifier.Alias == key));

    private static string OneOf<T>()
        where T : struct, Enum => string.Join(", ", EntryNames<T>.Asked.Select(name => $"`{name}`"));
}
