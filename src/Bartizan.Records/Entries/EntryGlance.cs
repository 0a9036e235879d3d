using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Log;

namespace Bartizan.Records.Entries;

/// <summary>The few members of a leaf that folds need, read without making objects.</summary>
internal readonly ref struct EntryGlance
{
    private static readonly (byte[] Name, EntryKind Kind)[] s_kinds =
    [
        .. Enum.GetValues<EntryKind>()
            .Select(kind => (System.Text.Encoding.ASCII.GetBytes(EntryNames<EntryKind>.Of(kind)), kind)),
    ];

    public EntryKind Kind { get; private init; }

    public long Passage { get; private init; }

    public long Sequence { get; private init; }

    public long? Previous { get; private init; }

    public ReadOnlySpan<byte> Session { get; private init; }

    public DateTimeOffset Time { get; private init; }

    /// <summary>How many payloads it commits to.</summary>
    public int Payloads { get; private init; }

    /// <summary>Their class.</summary>
    public PayloadClass Class =>
        Kind == EntryKind.Claim ? PayloadClass.Claim
        : Verb.SequenceEqual("model"u8) ? PayloadClass.Model
        : Verb.SequenceEqual("tool"u8) ? PayloadClass.Tool
        : PayloadClass.Other;

    /// <summary>The verb, as it stands in the leaf.</summary>
    public ReadOnlySpan<byte> Verb { get; private init; }

    /// <summary>The agent, as it stands in the leaf, escapes included.</summary>
    public ReadOnlySpan<byte> Agent { get; private init; }

    /// <summary>The enforcement point, as it stands in the leaf.</summary>
    public ReadOnlySpan<byte> Point { get; private init; }

    /// <summary>The target, as it stands in the leaf, escapes included.</summary>
    public ReadOnlySpan<byte> Target { get; private init; }

    /// <summary>The day of its budget, as it stands in the leaf; empty for what reserved nothing.</summary>
    public ReadOnlySpan<byte> SpendDay { get; private init; }

    /// <summary>As it stands in the leaf, escapes included.</summary>
    public ReadOnlySpan<byte> Detail { get; private init; }

    public static EntryGlance Of(LogLeaf leaf)
    {
        try
        {
            return Read(leaf.Bytes.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"entry {leaf.Index} isn't an entry that this program understands", e);
        }
    }

    private static EntryGlance Read(ReadOnlySpan<byte> leaf)
    {
        var reader = new Utf8JsonReader(leaf);
        var glance = new EntryGlance();
        var version = 0;
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("kind"u8))
            {
                _ = reader.Read();
                glance = glance with { Kind = KindOf(reader.ValueSpan) };
            }
            else if (reader.ValueTextEquals("passage"u8))
            {
                _ = reader.Read();
                glance = glance with { Passage = reader.GetInt64() };
            }
            else if (reader.ValueTextEquals("mono"u8))
            {
                _ = reader.Read();
                glance = glance with { Sequence = reader.GetInt64() };
            }
            else if (reader.ValueTextEquals("prev"u8))
            {
                _ = reader.Read();
                glance = glance with { Previous = reader.GetInt64() };
            }
            else if (reader.ValueTextEquals("session"u8))
            {
                _ = reader.Read();
                glance = glance with { Session = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                _ = reader.Read();
                glance = glance with { Detail = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("time"u8))
            {
                _ = reader.Read();
                glance = glance with { Time = reader.GetDateTimeOffset() };
            }
            else if (reader.ValueTextEquals("verb"u8))
            {
                _ = reader.Read();
                glance = glance with { Verb = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("agent"u8))
            {
                _ = reader.Read();
                glance = glance with { Agent = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("point"u8))
            {
                _ = reader.Read();
                glance = glance with { Point = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("target"u8))
            {
                _ = reader.Read();
                glance = glance with { Target = reader.ValueSpan };
            }
            else if (reader.ValueTextEquals("spend"u8))
            {
                glance = glance with { SpendDay = DayOf(ref reader) };
            }
            else if (reader.ValueTextEquals("payloads"u8))
            {
                glance = glance with { Payloads = CountItems(ref reader) };
            }
            else if (reader.ValueTextEquals("v"u8))
            {
                _ = reader.Read();
                version = reader.GetInt32();
            }
            else
            {
                reader.Skip();
            }
        }

        return version is >= 1 and <= EntryCodec.Version
            ? glance
            : throw new FormatException($"format version `{version}`");
    }

    private static ReadOnlySpan<byte> DayOf(scoped ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> day = default;
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDay = reader.ValueTextEquals("day"u8);
            _ = reader.Read();
            day = isDay ? reader.ValueSpan : day;
        }

        return day;
    }

    private static int CountItems(ref Utf8JsonReader reader)
    {
        var count = 0;
        _ = reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }

        return count;
    }

    private static EntryKind KindOf(ReadOnlySpan<byte> name)
    {
        foreach (var (text, kind) in s_kinds)
        {
            if (name.SequenceEqual(text))
            {
                return kind;
            }
        }

        return EntryKind.Unknown;
    }
}
