using System.Text.Json;

namespace Bartizan.Gateway.Model;

/// <summary>An upstream's list of models, without those that the session may not call anyway.</summary>
internal static class ModelList
{
    /// <summary>The longest list that is read; the longest known one is under 1 MiB.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Filters <paramref name="body"/>; null when it isn't a list of models.</summary>
    public static byte[]? Filter(ReadOnlyMemory<byte> body, Func<string, bool> mayCall)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                Write(document.RootElement, json, mayCall);
            }

            return buffer.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void Write(JsonElement root, Utf8JsonWriter json, Func<string, bool> mayCall)
    {
        json.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            if (member.Name != "data")
            {
                member.Value.WriteTo(json);
                continue;
            }

            json.WriteStartArray();
            foreach (var model in member.Value.EnumerateArray())
            {
                if (mayCall(model.GetProperty("id").GetString() ?? ""))
                {
                    model.WriteTo(json);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
