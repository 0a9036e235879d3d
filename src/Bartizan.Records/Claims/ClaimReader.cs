using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Export.Formats.Otlp;

namespace Bartizan.Records.Claims;

/// <summary>Reads the logs of an OTLP request, protobuf or JSON, within bounds. Everything in it is text from a stranger.</summary>
internal static class ClaimReader
{
    /// <summary>Claims of one request that are looked at; the rest is left out and counted.</summary>
    public const int MaxClaims = 256;

    /// <summary>Attributes of one claim; the rest is left out.</summary>
    public const int MaxAttributes = 48;

    /// <summary>Characters of an attribute's name.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Characters of an attribute's value; the rest is cut.</summary>
    public const int MaxValueLength = 512;

    private const string Unnamed = "unnamed";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 32 };

    /// <summary>The claims, and how many there were in all; null when the request can't be read.</summary>
    public static (List<Claim> Claims, int Total)? Read(ReadOnlyMemory<byte> body, bool isJson)
    {
        try
        {
            return isJson ? ReadJson(body) : ReadProto(body.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static (List<Claim>, int) ReadProto(ReadOnlySpan<byte> body)
    {
        var claims = new List<Claim>();
        var total = 0;
        foreach (var ofResource in new ProtoFields(body))
        {
            foreach (var ofScope in new ProtoFields(ofResource.Field == 1 ? ofResource.Bytes : default))
            {
                foreach (var record in new ProtoFields(ofScope.Field == 2 ? ofScope.Bytes : default))
                {
                    if (record.Field == 2 && ++total <= MaxClaims)
                    {
                        claims.Add(OfProto(record.Bytes));
                    }
                }
            }
        }

        return (claims, total);
    }

    private static Claim OfProto(ReadOnlySpan<byte> record)
    {
        string? eventName = null;
        string? text = null;
        var attributes = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var field in new ProtoFields(record))
        {
            switch (field.Field)
            {
                case 5:
                    text = Value(field.Bytes);
                    break;
                case 6 when attributes.Count < MaxAttributes:
                    attributes.Add(Pair(field.Bytes));
                    break;
                case 12:
                    eventName = Text(field.Bytes);
                    break;
            }
        }

        return Named(eventName, text, attributes.ToImmutable());
    }

    private static KeyValuePair<string, string> Pair(ReadOnlySpan<byte> pair)
    {
        var (name, value) = ("", "");
        foreach (var field in new ProtoFields(pair))
        {
            name = field.Field == 1 ? Text(field.Bytes) : name;
            value = field.Field == 2 ? Value(field.Bytes) : value;
        }

        return Cut(name, value);
    }

    private static string Value(ReadOnlySpan<byte> any)
    {
        foreach (var field in new ProtoFields(any))
        {
            return field.Field switch
            {
                1 => Text(field.Bytes),
                2 => field.Number != 0 ? "true" : "false",
                3 => ((long)field.Number).ToString(CultureInfo.InvariantCulture),
                4 => BitConverter.UInt64BitsToDouble(field.Number).ToString("R", CultureInfo.InvariantCulture),
                _ => "",
            };
        }

        return "";
    }

    // More than is kept isn't even decoded: at most four bytes a character.
    private static string Text(ReadOnlySpan<byte> utf8) =>
        Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, (MaxValueLength + 1) * 4)]);

    private static (List<Claim>, int) ReadJson(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, s_json);
        var claims = new List<Claim>();
        var total = 0;
        foreach (var ofResource in Items(document.RootElement, "resourceLogs"))
        {
            foreach (var ofScope in Items(ofResource, "scopeLogs"))
            {
                foreach (var record in Items(ofScope, "logRecords"))
                {
                    if (++total <= MaxClaims)
                    {
                        claims.Add(OfJson(record));
                    }
                }
            }
        }

        return (claims, total);
    }

    private static Claim OfJson(JsonElement record)
    {
        var attributes = Items(record, "attributes")
            .Take(MaxAttributes)
            .Select(pair => Cut(pair.GetProperty("key").ToString(), JsonValue(pair, "value")));
        return Named(
            record.TryGetProperty("eventName", out var name) ? name.ToString() : null,
            JsonValue(record, "body"),
            [.. attributes]
        );
    }

    private static string JsonValue(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value)
        && value.ValueKind == JsonValueKind.Object
        && value.EnumerateObject().FirstOrDefault() is { Name: not null } first
            ? first.Value.ToString()
            : "";

    private static IEnumerable<JsonElement> Items(JsonElement element, string member) =>
        element.TryGetProperty(member, out var items) ? items.EnumerateArray() : [];

    private static Claim Named(string? eventName, string? text, ImmutableArray<KeyValuePair<string, string>> attributes)
    {
        var said = attributes.FirstOrDefault(a => a.Key == "event.name").Value;

        // The attribute first: a tracing library's own event name is a place in its source.
        var name = new[] { said, eventName, text }.FirstOrDefault(n => !string.IsNullOrWhiteSpace(n)) ?? Unnamed;
        return new Claim(CutText.To(name, MaxNameLength), attributes);
    }

    private static KeyValuePair<string, string> Cut(string name, string value) =>
        new(CutText.To(name, MaxNameLength), CutText.To(value, MaxValueLength));
}
