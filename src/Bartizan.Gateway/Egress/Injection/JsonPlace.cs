using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A string in a body of JSON, by its pointer (RFC 6901). All other bytes of the body stay as they are.</summary>
internal static class JsonPlace
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = CredentialPlace.MaxDepth * 2,
    };

    public static Injected Put(OutgoingRequest request, string pointer, ReadOnlySpan<char> value)
    {
        var (body, place, problem) = Find(request, pointer);
        return problem.Length > 0
            ? Injected.No(problem)
            : With(request, body.Span, place, Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(value)}\""));
    }

    public static Taken? Take(OutgoingRequest request, string pointer)
    {
        var (body, place, problem) = Find(request, pointer);
        if (problem.Length > 0)
        {
            return null;
        }

        var said = JsonSerializer.Deserialize<string>(body.Span[place])!;
        return new Taken(With(request, body.Span, place, "\"\""u8), [said]);
    }

    private static OutgoingRequest With(
        OutgoingRequest request,
        ReadOnlySpan<byte> body,
        Range place,
        ReadOnlySpan<byte> text
    )
    {
        var (start, length) = place.GetOffsetAndLength(body.Length);
        byte[] whole = [.. body[..start], .. text, .. body[(start + length)..]];
        return request with { Body = whole };
    }

    private static (ReadOnlyMemory<byte> Body, Range Place, string Problem) Find(
        OutgoingRequest request,
        string pointer
    )
    {
        var (body, problem) = BodyOf.Kind(
            request,
            type => type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal),
            "JSON"
        );
        if (problem.Length > 0)
        {
            return (default, default, problem);
        }

        try
        {
            using (JsonDocument.Parse(body, Strict))
            {
                // Read once, strictly: below nothing is broken or named twice.
            }

            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
            reader.Read();
            foreach (var step in pointer.Split('/').Skip(1))
            {
                var name = step.Replace("~1", "/", StringComparison.Ordinal)
                    .Replace("~0", "~", StringComparison.Ordinal);
                if (!Enter(ref reader, name))
                {
                    return (default, default, $"its body has no `{pointer}`, or has it in more than one spelling");
                }
            }

            return reader.TokenType == JsonTokenType.String
                ? (body, (int)reader.TokenStartIndex..(int)reader.BytesConsumed, "")
                : (default, default, $"what stands at `{pointer}` of its body is no string");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (default, default, "its body isn't JSON that can be read in one way only");
        }
    }

    private static bool Enter(ref Utf8JsonReader reader, string name) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => EnterObject(ref reader, name),
            JsonTokenType.StartArray => EnterArray(ref reader, name),
            _ => false,
        };

    // Many servers take names whatever their case, and then the last one.
    private static bool EnterObject(ref Utf8JsonReader reader, string name)
    {
        Utf8JsonReader found = default;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            seen += isIt || reader.GetString()!.Equals(name, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            reader.Read();
            if (isIt)
            {
                found = reader;
            }

            reader.Skip();
        }

        reader = found;
        return seen == 1 && found.TokenType != JsonTokenType.None;
    }

    private static bool EnterArray(ref Utf8JsonReader reader, string step)
    {
        if (
            !int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || (step.Length > 1 && step[0] == '0')
        )
        {
            return false;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (at-- == 0)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
