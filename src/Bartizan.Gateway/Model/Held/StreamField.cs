using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Model.Held;

/// <summary>Whether a request asks for its answer as a stream of events.</summary>
internal static class StreamField
{
    /// <summary>True when it does; a body that says it twice doesn't.</summary>
    public static bool IsSet(ModelRoute route, ModelApi api, ReadOnlySpan<byte> body) =>
        route.Kind == ModelRouteKind.Call
        && (
            api == ModelApi.Gemini
                ? route.Path.EndsWith(":streamGenerateContent", StringComparison.Ordinal)
                : route.Path is "/v1/messages" or "/v1/chat/completions" or "/v1/responses" && IsTrue(body)
        );

    private static bool IsTrue(ReadOnlySpan<byte> body)
    {
        var (count, isTrue) = (0, false);
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
                if (
                    reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                    && reader.ValueTextEquals("stream"u8)
                )
                {
                    reader.Read();
                    (count, isTrue) = (count + 1, reader.TokenType == JsonTokenType.True);
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return count == 1 && isTrue;
    }
}
