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

    private static string IdOf(JsonElement model, bool isGemini)
    {
        const string Start = "models/";
        var id = model.GetProperty(isGemini ? "name" : "id").GetString() ?? "";
        return isGemini && id.StartsWith(Start, StringComparison.Ordinal) ? id[Start.Length..] : id;
    }

    private static void Write(JsonElement root, Utf8JsonWriter json, Func<string, bool> mayCall)
    {
        json.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            // Gemini's is called `models`, and each has a name that starts with that.
            if (member.Name is not ("data" or "models"))
            {
                member.Value.WriteTo(json);
                continue;
            }

            json.WriteStartArray();
            foreach (var model in member.Value.EnumerateArray())
            {
                if (mayCall(IdOf(model, isGemini: member.Name == "models")))
                {
                    model.WriteTo(json);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
