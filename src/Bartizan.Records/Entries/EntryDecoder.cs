using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Entries;

/// <summary>A leaf as an entry. What isn't of this format's version, or isn't a leaf, is refused by name.</summary>
public static class EntryDecoder
{
    private const int Depth = 8;

    private static readonly MemberNames s_members = new(
        "action",
        "agent",
        "count",
        "credential",
        "detail",
        "effect",
        "emitter",
        "kind",
        "labels",
        "lost",
        "mono",
        "needed",
        "observed",
        "outcome",
        "parent",
        "passage",
        "payloads",
        "person",
        "point",
        "policy",
        "prev",
        "reason",
        "rules",
        "session",
        "spend",
        "target",
        "time",
        "tool_calls",
        "usage",
        "v",
        "verb",
        "verdict"
    );

    /// <summary>Reads a leaf.</summary>
    /// <exception cref="InvalidDataException">When it isn't an entry of a format that this program knows.</exception>
    public static EntryRow Decode(long index, ReadOnlyMemory<byte> leaf)
    {
        try
        {
            var reader = new Utf8JsonReader(leaf.Span, new JsonReaderOptions { MaxDepth = Depth });
            _ = reader.Read();
            var row = Decode(index, ref reader);

            // INVARIANT: nothing stands behind the entry; the reader throws at what does.
            _ = reader.Read();
            return row;
        }
        catch (Exception e) when (IsNoEntry(e))
        {
            // What a newer program wrote may hold what this one can't read: then its version says why.
            throw new InvalidDataException(
                VersionOf(leaf) is { } version and (< 1 or > EntryCodec.Version)
                    ? $"entry {index} has format version `{version}`; this program reads versions up to {EntryCodec.Version}"
                    : $"entry {index} isn't an entry that this program understands",
                e
            );
        }
    }

    private static bool IsNoEntry(Exception e) =>
        e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException;

    private static int? VersionOf(ReadOnlyMemory<byte> leaf)
    {
        try
        {
            var strict = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Depth };
            using var document = JsonDocument.Parse(leaf, strict);
            return document.RootElement.GetProperty("v").GetInt32();
        }
        catch (Exception e) when (IsNoEntry(e))
        {
            return null;
        }
    }

    private static EntryRow Decode(long index, ref Utf8JsonReader reader)
    {
        // Into locals, and one record at the end: most entries have fifteen members, and each `with` would copy the whole record.
        Digest action = default;
        Digest policy = default;
        string? agent = null;
        string? credential = null;
        string? detail = null;
        string? needed = null;
        string? person = null;
        string? point = null;
        string? reason = null;
        string? target = null;
        long count = 1;
        Effect? effect = null;
        Effect? verdict = null;
        EntryKind kind = EntryKind.Unknown;
        Labels labels = Labels.None;
        long lost = 0;
        long passage = 0;
        bool observed = false;
        OutcomeKind? outcome = null;
        SessionId parent = default;
        SessionId session = default;
        ImmutableArray<RuleReference> rules = [];
        Spend? spend = null;
        ImmutableArray<string> toolCalls = [];
        Usage? usage = null;
        Verb verb = default;
        var stamp = default(EntryStamp);
        ImmutableArray<PayloadReference> payloads = [];
        int? version = null;
        var members = new MemberCursor(s_members, ref reader);
        while (members.Next(ref reader, out var name))
        {
            switch (name)
            {
                case "action":
                    action = EntryParts.Digest(ref reader);
                    break;
                case "agent":
                    agent = reader.GetString();
                    break;
                case "count":
                    count = reader.GetInt64();
                    break;
                case "credential":
                    credential = reader.GetString();
                    break;
                case "detail":
                    detail = reader.GetString();
                    break;
                case "effect":
                    effect = EntryParts.Choice<Effect>(ref reader);
                    break;
                case "emitter":
                    stamp = stamp with { Emitter = EntryParts.Text(ref reader) };
                    break;
                case "kind":
                    kind = EntryParts.Choice<EntryKind>(ref reader);
                    break;
                case "labels":
                    labels = EntryParts
                        .List(ref reader, EntryParts.Choice<Labels>)
                        .Aggregate(Labels.None, (all, label) => all | label);
                    break;
                case "lost":
                    lost = reader.GetInt64();
                    break;
                case "mono":
                    stamp = stamp with { Sequence = reader.GetInt64() };
                    break;
                case "needed":
                    needed = reader.GetString();
                    break;
                case "observed":
                    observed = reader.GetBoolean();
                    break;
                case "outcome":
                    outcome = EntryParts.Choice<OutcomeKind>(ref reader);
                    break;
                case "parent":
                    parent = EntryParts.Session(ref reader);
                    break;
                case "passage":
                    passage = reader.GetInt64();
                    break;
                case "payloads":
                    payloads = EntryParts.List(ref reader, EntryParts.Payload);
                    break;
                case "person":
                    person = reader.GetString();
                    break;
                case "point":
                    point = reader.GetString();
                    break;
                case "policy":
                    policy = EntryParts.Digest(ref reader);
                    break;
                case "prev":
                    stamp = stamp with { Previous = reader.GetInt64() };
                    break;
                case "reason":
                    reason = reader.GetString();
                    break;
                case "rules":
                    rules = EntryParts.List(ref reader, EntryParts.Rule);
                    break;
                case "session":
                    session = EntryParts.Session(ref reader);
                    break;
                case "spend":
                    spend = EntryParts.Spend(ref reader);
                    break;
                case "target":
                    target = reader.GetString();
                    break;
                case "time":
                    stamp = stamp with { Time = EntryParts.Time(ref reader) };
                    break;
                case "tool_calls":
                    toolCalls = EntryParts.List(ref reader, EntryParts.Text);
                    break;
                case "usage":
                    usage = EntryParts.Usage(ref reader);
                    break;
                case "verb":
                    verb = EntryParts.Choice<Verb>(ref reader);
                    break;
                case "verdict":
                    verdict = EntryParts.Choice<Effect>(ref reader);
                    break;
                case "v":
                    version = reader.GetInt32();
                    break;
                default:
                    throw new FormatException($"member `{name}`");
            }
        }

        var entry = new Entry
        {
            Action = action,
            Agent = agent,
            Count = count,
            Credential = credential,
            Detail = detail,
            Effect = effect,
            Kind = kind,
            Labels = labels,
            Lost = lost,
            Needed = needed,
            Observed = observed,
            Outcome = outcome,
            Parent = parent,
            Passage = passage,
            Person = person,
            Point = point,
            Policy = policy,
            Reason = reason,
            Rules = rules,
            Session = session,
            Spend = spend,
            Target = target,
            ToolCalls = toolCalls,
            Usage = usage,
            Verb = verb,
            Verdict = verdict,
        };

        // Not what any program wrote: a version says what is in an entry, and not more.
        return EntryCodec.VersionOf(entry) == version
            ? new EntryRow(index, stamp, entry, Classed(payloads, PayloadPart.ClassOf(entry)))
            : throw new FormatException($"not an entry of format version `{version}`");
    }

    private static ImmutableArray<PayloadReference> Classed(
        ImmutableArray<PayloadReference> payloads,
        PayloadClass of
    ) => of == PayloadClass.Other ? payloads : [.. payloads.Select(payload => payload with { Class = of })];
}
