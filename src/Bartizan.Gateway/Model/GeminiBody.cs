using System.Text.Json;

namespace Bartizan.Gateway.Model;

/// <summary>
/// A Gemini request's body, whose model the path names: what the body says of it must be the same, or there is no answer but a refusal.
/// </summary>
internal static class GeminiBody
{
    private const int MaxDepth = 256;

    /// <summary>Where a body may name a model: at the top, in <c>generateContentRequest</c>, in each of <c>requests</c>.</summary>
    private const int DeepestModel = 3;

    /// <summary>Reads the whole of <paramref name="body"/>, so that broken JSON is found here and not by the upstream.</summary>
    /// <returns>Null when it may go on, else a sentence.</returns>
    public static string? ProblemOf(ReadOnlySpan<byte> body, string model)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "the request body is not a JSON object";
            }

            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > DeepestModel)
                {
                    continue;
                }

                var name = reader.GetString()!;
                if (Is(name, "cachedContent") || Is(name, "cached_content"))
                {
                    return "the field `cachedContent` names what is the account's and not one session's: send the content itself";
                }

                if (Is(name, "model"))
                {
                    reader.Read();
                    if (
                        reader.TokenType == JsonTokenType.String
                        && !reader.ValueTextEquals($"models/{model}")
                        && !reader.ValueTextEquals(model)
                    )
                    {
                        return "the request body names another model than its path";
                    }
                }
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "the request body is not valid JSON";
        }
    }

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}
