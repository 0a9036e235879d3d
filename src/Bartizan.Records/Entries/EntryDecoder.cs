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

        var entry = new Entry { Kind = EntryKind.Unknown };
        var stamp = default(EntryStamp);
        ImmutableArray<PayloadReference> payloads = [];
        foreach (var member in leaf.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "action":
                    entry = entry with { Action = ReadDigest(value) };
                    break;
                case "agent":
                    entry = entry with { Agent = value.GetString() };
                    break;
                case "count":
                    entry = entry with { Count = value.GetInt64() };
                    break;
                case "credential":
                    entry = entry with { Credential = value.GetString() };
                    break;
                case "detail":
                    entry = entry with { Detail = value.GetString() };
                    break;
                case "effect":
                    entry = entry with { Effect = Read<Effect>(value) };
                    break;
                case "emitter":
                    stamp = stamp with { Emitter = value.GetString() ?? "" };
                    break;
                case "kind":
                    entry = entry with { Kind = Read<EntryKind>(value) };
                    break;
                case "labels":
                    entry = entry with
                    {
                        Labels = value
                            .EnumerateArray()
                            .Aggregate(Labels.None, (labels, label) => labels | Read<Labels>(label)),
                    };
                    break;
                case "lost":
                    entry = entry with { Lost = value.GetInt64() };
                    break;
                case "mono":
                    stamp = stamp with { Sequence = value.GetInt64() };
                    break;
                case "needed":
                    entry = entry with { Needed = value.GetString() };
                    break;
                case "observed":
                    entry = entry with { Observed = value.GetBoolean() };
                    break;
                case "outcome":
                    entry = entry with { Outcome = Read<OutcomeKind>(value) };
                    break;
                case "parent":
                    entry = entry with { Parent = ReadSession(value) };
                    break;
                case "passage":
                    entry = entry with { Passage = value.GetInt64() };
                    break;
                case "payloads":
                    payloads = [.. value.EnumerateArray().Select(ReadPayload)];
                    break;
                case "person":
                    entry = entry with { Person = value.GetString() };
                    break;
                case "point":
                    entry = entry with { Point = value.GetString() };
                    break;
                case "policy":
                    entry = entry with { Policy = ReadDigest(value) };
                    break;
                case "prev":
                    stamp = stamp with { Previous = value.GetInt64() };
                    break;
                case "reason":
                    entry = entry with { Reason = value.GetString() };
                    break;
                case "rules":
                    entry = entry with { Rules = [.. value.EnumerateArray().Select(ReadRule)] };
                    break;
                case "session":
                    entry = entry with { Session = ReadSession(value) };
                    break;
                case "spend":
                    entry = entry with { Spend = ReadSpend(value) };
                    break;
                case "target":
                    entry = entry with { Target = value.GetString() };
                    break;
                case "time":
                    stamp = stamp with { Time = ReadTime(value) };
                    break;
                case "tool_calls":
                    entry = entry with
                    {
                        ToolCalls = [.. value.EnumerateArray().Select(name => name.GetString() ?? "")],
                    };
                    break;
                case "usage":
                    entry = entry with { Usage = ReadUsage(value) };
                    break;
                case "verb":
                    entry = entry with { Verb = Read<Verb>(value) };
                    break;
                case "verdict":
                    entry = entry with { Verdict = Read<Effect>(value) };
                    break;
                case "v":
                    break;
                default:
                    throw new FormatException($"unknown member `{member.Name}`");
            }
        }

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
