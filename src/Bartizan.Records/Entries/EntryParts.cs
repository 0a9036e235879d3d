using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Entries;

/// <summary>Reads the values of a leaf's members. The reader stands at a value's first token before, and at its last one after.</summary>
internal static class EntryParts
{
    private static readonly MemberNames s_rule = new("layer", "place", "text");
    private static readonly MemberNames s_payload = new("commit", "kept", "media", "ref", "role", "size");
    private static readonly MemberNames s_spend = new("bytes", "day", "micro_usd", "team", "tokens");
    private static readonly MemberNames s_usage = new(
        "bytes_in",
        "bytes_out",
        "cache_read_tokens",
        "cache_write_tokens",
        "input_tokens",
        "milliseconds",
        "output_tokens"
    );

    public delegate T ElementReader<T>(ref Utf8JsonReader reader);

    public static ImmutableArray<T> List<T>(ref Utf8JsonReader reader, ElementReader<T> read)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException("not a list");
        }

        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return items.DrainToImmutable();
    }

    public static T Choice<T>(ref Utf8JsonReader reader)
        where T : struct, Enum =>
        EntryNames<T>.TryRead(ref reader, out var read)
            ? read
            : throw new FormatException($"unknown value `{reader.GetString()}`");

    // Without an offset it would be read as the reading machine's own time.
    public static DateTimeOffset Time(ref Utf8JsonReader reader) =>
        reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false } && reader.ValueSpan is [.., (byte)'Z']
            ? reader.GetDateTimeOffset()
            : throw new FormatException("not a time in UTC");

    public static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? "";

    public static Digest Digest(ref Utf8JsonReader reader) =>
        Core.Enforcement.Digest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new FormatException("not a digest");

    public static SessionId Session(ref Utf8JsonReader reader) =>
        SessionId.TryParse(reader.GetString(), out var id) ? id : throw new FormatException("not a session's id");

    public static RuleReference Rule(ref Utf8JsonReader reader)
    {
        var (layer, place, text) = ("", "", "");
        var members = new MemberCursor(s_rule, ref reader);
        while (members.Next(ref reader, out var name))
        {
            switch (name)
            {
                case "layer":
                    layer = Text(ref reader);
                    break;
                case "place":
                    place = Text(ref reader);
                    break;
                default:
                    text = Text(ref reader);
                    break;
            }
        }

        return new RuleReference(layer, text, "", place);
    }

    public static PayloadReference Payload(ref Utf8JsonReader reader)
    {
        var (media, role) = ("", "");
        long? kept = null;
        long? place = null;
        long? size = null;
        Digest commitment = default;
        var members = new MemberCursor(s_payload, ref reader);
        while (members.Next(ref reader, out var name))
        {
            switch (name)
            {
                case "commit":
                    commitment = Digest(ref reader);
                    break;
                case "kept":
                    kept = reader.GetInt64();
                    break;
                case "media":
                    media = Text(ref reader);
                    break;
                case "ref":
                    place = reader.GetInt64();
                    break;
                case "role":
                    role = Text(ref reader);
                    break;
                default:
                    size = reader.GetInt64();
                    break;
            }
        }

        return commitment != default && place is { } reference && size is { } whole
            ? new PayloadReference(role, media, whole, kept ?? whole, commitment, reference)
            : throw new FormatException("a payload without its commitment, size or place");
    }

    public static Spend Spend(ref Utf8JsonReader reader)
    {
        var spend = new Spend();
        var members = new MemberCursor(s_spend, ref reader);
        while (members.Next(ref reader, out var name))
        {
            spend = name switch
            {
                "bytes" => spend with { Bytes = reader.GetInt64() },
                "day" => spend with
                {
                    Day = DateOnly.ParseExact(Text(ref reader), "yyyy-MM-dd", CultureInfo.InvariantCulture),
                },
                "micro_usd" => spend with { MicroDollars = reader.GetInt64() },
                "team" => spend with { Team = reader.GetString() },
                _ => spend with { Tokens = reader.GetInt64() },
            };
        }

        return spend;
    }

    public static Usage Usage(ref Utf8JsonReader reader)
    {
        // Into locals, and one record at the end: most outcomes have three members, and each `with` would copy the whole record.
        long bytesIn = 0;
        long bytesOut = 0;
        long cacheRead = 0;
        long cacheWrite = 0;
        long input = 0;
        long output = 0;
        double milliseconds = 0;
        var members = new MemberCursor(s_usage, ref reader);
        while (members.Next(ref reader, out var name))
        {
            switch (name)
            {
                case "bytes_in":
                    bytesIn = reader.GetInt64();
                    break;
                case "bytes_out":
                    bytesOut = reader.GetInt64();
                    break;
                case "cache_read_tokens":
                    cacheRead = reader.GetInt64();
                    break;
                case "cache_write_tokens":
                    cacheWrite = reader.GetInt64();
                    break;
                case "input_tokens":
                    input = reader.GetInt64();
                    break;
                case "milliseconds":
                    milliseconds = reader.GetDouble();
                    break;
                default:
                    output = reader.GetInt64();
                    break;
            }
        }

        return new Usage
        {
            BytesIn = bytesIn,
            BytesOut = bytesOut,
            CacheReadTokens = cacheRead,
            CacheWriteTokens = cacheWrite,
            InputTokens = input,
            OutputTokens = output,
            Milliseconds = milliseconds,
        };
    }
}
