using System.Collections.Immutable;
using System.Globalization;
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
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads a leaf.</summary>
    /// <exception cref="InvalidDataException">When it isn't an entry of a format that this program knows.</exception>
    public static EntryRow Decode(long index, ReadOnlyMemory<byte> leaf)
    {
        try
        {
            using var document = JsonDocument.Parse(leaf, s_strict);
            return Decode(index, document.RootElement);
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"entry {index} isn't an entry that this program understands", e);
        }
    }

    private static EntryRow Decode(long index, JsonElement leaf)
    {
        var version = leaf.GetProperty("v").GetInt32();
        if (version is < 1 or > EntryCodec.Version)
        {
            throw new InvalidDataException(
                $"entry {index} has format version `{version}`; this program reads versions up to {EntryCodec.Version}"
            );
        }

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
        foreach (var member in leaf.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "action":
                    action = ReadDigest(value);
                    break;
                case "agent":
                    agent = value.GetString();
                    break;
                case "count":
                    count = value.GetInt64();
                    break;
                case "credential":
                    credential = value.GetString();
                    break;
                case "detail":
                    detail = value.GetString();
                    break;
                case "effect":
                    effect = Read<Effect>(value);
                    break;
                case "emitter":
                    stamp = stamp with { Emitter = value.GetString() ?? "" };
                    break;
                case "kind":
                    kind = Read<EntryKind>(value);
                    break;
                case "labels":
                    labels = value.EnumerateArray().Aggregate(Labels.None, (all, label) => all | Read<Labels>(label));
                    break;
                case "lost":
                    lost = value.GetInt64();
                    break;
                case "mono":
                    stamp = stamp with { Sequence = value.GetInt64() };
                    break;
                case "needed":
                    needed = value.GetString();
                    break;
                case "observed":
                    observed = value.GetBoolean();
                    break;
                case "outcome":
                    outcome = Read<OutcomeKind>(value);
                    break;
                case "parent":
                    parent = ReadSession(value);
                    break;
                case "passage":
                    passage = value.GetInt64();
                    break;
                case "payloads":
                    payloads = [.. value.EnumerateArray().Select(ReadPayload)];
                    break;
                case "person":
                    person = value.GetString();
                    break;
                case "point":
                    point = value.GetString();
                    break;
                case "policy":
                    policy = ReadDigest(value);
                    break;
                case "prev":
                    stamp = stamp with { Previous = value.GetInt64() };
                    break;
                case "reason":
                    reason = value.GetString();
                    break;
                case "rules":
                    rules = [.. value.EnumerateArray().Select(ReadRule)];
                    break;
                case "session":
                    session = ReadSession(value);
                    break;
                case "spend":
                    spend = ReadSpend(value);
                    break;
                case "target":
                    target = value.GetString();
                    break;
                case "time":
                    stamp = stamp with { Time = ReadTime(value) };
                    break;
                case "tool_calls":
                    toolCalls = [.. value.EnumerateArray().Select(name => name.GetString() ?? "")];
                    break;
                case "usage":
                    usage = ReadUsage(value);
                    break;
                case "verb":
                    verb = Read<Verb>(value);
                    break;
                case "verdict":
                    verdict = Read<Effect>(value);
                    break;
                case "v":
                    break;
                default:
                    throw new FormatException($"unknown member `{member.Name}`");
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

    private static T Read<T>(JsonElement value)
        where T : struct, Enum =>
        EntryNames<T>.TryParse(value.GetString(), out var read)
            ? read
            : throw new FormatException($"unknown value `{value.GetString()}`");

    private static Digest ReadDigest(JsonElement value) =>
        Digest.TryParse(value.GetString(), out var digest) ? digest : throw new FormatException("not a digest");

    private static SessionId ReadSession(JsonElement value) =>
        SessionId.TryParse(value.GetString(), out var id) ? id : throw new FormatException("not a session's id");

    private static DateTimeOffset ReadTime(JsonElement value) =>
        DateTimeOffset.Parse(
            value.GetString() ?? "",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
        );

    private static RuleReference ReadRule(JsonElement rule) =>
        new(Text(rule, "layer"), Text(rule, "text"), "", Text(rule, "place"));

    private static PayloadReference ReadPayload(JsonElement payload)
    {
        var size = payload.GetProperty("size").GetInt64();
        return new PayloadReference(
            Text(payload, "role"),
            Text(payload, "media"),
            size,
            payload.TryGetProperty("kept", out var kept) ? kept.GetInt64() : size,
            ReadDigest(payload.GetProperty("commit")),
            payload.GetProperty("ref").GetInt64()
        );
    }

    private static Spend ReadSpend(JsonElement spend) =>
        new()
        {
            Bytes = Count(spend, "bytes"),
            Day = spend.TryGetProperty("day", out var day)
                ? DateOnly.ParseExact(day.GetString() ?? "", "yyyy-MM-dd", CultureInfo.InvariantCulture)
                : null,
            MicroDollars = Count(spend, "micro_usd"),
            Team = spend.TryGetProperty("team", out var team) ? team.GetString() : null,
            Tokens = Count(spend, "tokens"),
        };

    private static Usage ReadUsage(JsonElement usage) =>
        new()
        {
            BytesIn = Count(usage, "bytes_in"),
            BytesOut = Count(usage, "bytes_out"),
            CacheReadTokens = Count(usage, "cache_read_tokens"),
            CacheWriteTokens = Count(usage, "cache_write_tokens"),
            InputTokens = Count(usage, "input_tokens"),
            OutputTokens = Count(usage, "output_tokens"),
            Milliseconds = usage.TryGetProperty("milliseconds", out var value) ? value.GetDouble() : 0,
        };

    private static long Count(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
