using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>
/// Entries in the words of OpenTelemetry's semantic conventions for generative AI, MCP, HTTP and servers. Those for generative AI are
/// in development and will change: whoever changes this file gives it a new <see cref="Version"/>, which every batch carries as the
/// scope's version. What has no name there has one under <c>bartizan.</c>
/// </summary>
internal static class GenAiConventions
{
    /// <summary>Of this mapping: the names of semantic conventions 1.37 that are in use, and the mapping's own number.</summary>
    public const string Version = "1.37-1";

    private const ulong NanosecondsInTick = 100;

    /// <summary>The entry as a log.</summary>
    public static OtlpRecord Record(ExportedEntry exported)
    {
        var entry = exported.Entry;
        var span =
            entry.Kind == EntryKind.Refusal ? OtlpIds.Entry(exported.Key)
            : entry.Passage != 0 ? OtlpIds.Span(entry.Session, entry.Passage)
            : OtlpIds.Root(entry.Session);
        var (number, word) = SeverityOf(exported.Severity);
        return new OtlpRecord(
            Nanoseconds(exported.Row.Stamp.Time),
            number,
            word,
            $"bartizan.{EntryNames<EntryKind>.Of(entry.Kind)}",
            entry.Target is { } target ? $"{exported.Title}: {target}" : exported.Title,
            OtlpIds.Trace(entry.Session),
            entry.Session == default ? [] : span,
            Attributes(exported)
        );
    }

    /// <summary>The entry as a span, where it ends one: a passage's outcome, a refusal, the end of a session.</summary>
    public static OtlpSpan? Span(ExportedEntry exported)
    {
        var entry = exported.Entry;
        if (entry.Session == default)
        {
            return null;
        }

        var end = Nanoseconds(exported.Row.Stamp.Time);
        return entry.Kind switch
        {
            EntryKind.Outcome => Passed(exported, end),
            EntryKind.Refusal when entry.Verb != Verb.Unknown => Make(
                exported,
                OtlpIds.Entry(exported.Key),
                end,
                end,
                2,
                "refused"
            ),
            EntryKind.State when EntryStates.IsEnded(entry.Detail) => new OtlpSpan(
                OtlpIds.Trace(entry.Session),
                OtlpIds.Root(entry.Session),
                [],
                $"invoke_agent {NameOf(entry.Agent)}",
                1,
                end,
                end,
                0,
                "",
                Attributes(exported).Add("gen_ai.operation.name", "invoke_agent")
            ),
            _ => null,
        };
    }

    private static OtlpSpan Passed(ExportedEntry exported, ulong end)
    {
        var entry = exported.Entry;
        var took = (ulong)Math.Max(0, (entry.Usage?.Milliseconds ?? 0) * 1_000_000);
        var failed = entry.Outcome is not OutcomeKind.Done;
        return Make(
            exported,
            OtlpIds.Span(entry.Session, entry.Passage),
            end > took ? end - took : end,
            end,
            failed ? 2 : 0,
            failed && entry.Outcome is { } outcome ? EntryNames<OutcomeKind>.Of(outcome) : ""
        );
    }

    private static OtlpSpan Make(
        ExportedEntry exported,
        byte[] span,
        ulong start,
        ulong end,
        int status,
        string statusText
    ) =>
        new(
            OtlpIds.Trace(exported.Entry.Session),
            span,
            OtlpIds.Root(exported.Entry.Session),
            SpanName(exported),
            3,
            start,
            end,
            status,
            statusText,
            Attributes(exported)
        );

    private static string SpanName(ExportedEntry exported) =>
        exported.Entry.Verb switch
        {
            Verb.Model => $"chat {exported.Target.Name}",
            Verb.Tool => $"execute_tool {exported.Target.Name}",
            Verb.Http => exported.Target.Method ?? "HTTP",
            _ => EntryNames<Verb>.Of(exported.Entry.Verb),
        };

    private static OtlpAttributes Attributes(ExportedEntry exported)
    {
        var entry = exported.Entry;
        var attributes = new OtlpAttributes()
            .Add("bartizan.key", exported.Key)
            .Add("bartizan.index", exported.Row.Index)
            .Add("bartizan.leaf", JsonlFormat.LeafHash(exported.Leaf.Span))
            .Add("bartizan.kind", EntryNames<EntryKind>.Of(entry.Kind))
            .Add("bartizan.verb", entry.Verb == Verb.Unknown ? null : EntryNames<Verb>.Of(entry.Verb))
            .Add("bartizan.target", entry.Target)
            .Add("bartizan.decision", exported.Decision)
            .Add("bartizan.verdict", entry.Verdict is { } verdict ? EntryNames<Effect>.Of(verdict) : null)
            .Add("bartizan.outcome", entry.Outcome is { } outcome ? EntryNames<OutcomeKind>.Of(outcome) : null)
            .Add("bartizan.detail", entry.Detail)
            .Add("bartizan.reason", entry.Reason)
            .Add("bartizan.rule", entry.Rules.IsDefaultOrEmpty ? null : entry.Rules[0].Text)
            .Add("bartizan.needed", entry.Needed)
            .Add("bartizan.policy", entry.Policy.ToString())
            .Add("bartizan.credential", entry.Credential)
            .Add("bartizan.point", entry.Point)
            .Add("bartizan.labels", LabelNames.Of(entry.Labels))
            .Add("bartizan.observed", entry.Observed)
            .Add("bartizan.count", entry.Count > 1 ? entry.Count : (long?)null)
            .Add("bartizan.parent", entry.Parent.ToString())
            .Add("enduser.id", entry.Person)
            .Add("gen_ai.agent.name", NameOf(entry.Agent))
            .Add("gen_ai.agent.version", VersionOf(entry.Agent))
            .Add("gen_ai.conversation.id", entry.Session.ToString());
        AddTarget(exported, attributes);
        return attributes;
    }

    private static void AddTarget(ExportedEntry exported, OtlpAttributes attributes)
    {
        var entry = exported.Entry;
        var target = exported.Target;
        switch (entry.Verb)
        {
            case Verb.Model:
                attributes
                    .Add("gen_ai.operation.name", "chat")
                    .Add("gen_ai.provider.name", target.Owner)
                    .Add("gen_ai.request.model", target.Name)
                    .Add("gen_ai.usage.input_tokens", entry.Usage?.InputTokens)
                    .Add("gen_ai.usage.output_tokens", entry.Usage?.OutputTokens)
                    .Add("bartizan.tool_calls", entry.ToolCalls);
                break;
            case Verb.Tool:
                attributes
                    .Add("gen_ai.operation.name", "execute_tool")
                    .Add("gen_ai.tool.name", target.Name)
                    .Add("mcp.method.name", "tools/call")
                    .Add("bartizan.server", target.Owner);
                break;
            case Verb.Http:
                attributes.Add("http.request.method", target.Method).Add("url.full", target.Name);
                AddServer(target, attributes);
                break;
            case Verb.Connect:
                AddServer(target, attributes);
                break;
        }
    }

    private static void AddServer(TargetParts target, OtlpAttributes attributes) =>
        attributes.Add("server.address", target.Host).Add("server.port", target.Port > 0 ? target.Port : (long?)null);

    private static string? NameOf(string? agent) => agent?.Split('@')[0];

    private static string? VersionOf(string? agent) => agent?.Split('@') is [_, var version, ..] ? version : null;

    private static (int Number, string Word) SeverityOf(EntrySeverity severity) =>
        severity switch
        {
            EntrySeverity.High => (17, "ERROR"),
            EntrySeverity.Medium => (13, "WARN"),
            EntrySeverity.Low => (10, "INFO2"),
            _ => (9, "INFO"),
        };

    private static ulong Nanoseconds(DateTimeOffset time) =>
        (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * NanosecondsInTick;
}
