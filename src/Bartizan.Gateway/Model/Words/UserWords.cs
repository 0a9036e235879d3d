using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Words;

/// <summary>
/// What the user of an agent typed, as a request to a model tells it: the user's own text in each of the wire formats. Not what tools
/// gave, not what the model said, no system prompt, and not what clients put beside it in tags of their own. Where a message holds a
/// tool's result, no text in it counts: clients put results there as text, too.
/// </summary>
internal static class UserWords
{
    private const int MaxDepth = 256;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    /// <summary>Tells the session what its user typed, where that counts.</summary>
    public static void Hear(Session session, ModelRoute route, ReadOnlyMemory<byte> body)
    {
        // Asked before the request is read: what was in our hands before the taint was written before it.
        if (route.Kind != ModelRouteKind.Call || body.IsEmpty || !session.HearsUser)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(body, s_options);
            foreach (var text in Of(route.Path, document.RootElement))
            {
                session.Values.HearUser(OwnText.Of(text));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What can't be read is nobody's.
        }
    }

    /// <summary>The user's texts of a request to a path.</summary>
    public static IEnumerable<string> Of(string path, JsonElement body) =>
        path switch
        {
            "/v1/messages" or "/v1/chat/completions" => Messages(body, "messages", "text"),
            "/v1/responses" when Text(body, "input") is { } input => [input],
            "/v1/responses" => Messages(body, "input", "input_text"),
            _ when GeminiPath.Generates(path) => Contents(body),
            _ => [],
        };

    private static IEnumerable<string> Messages(JsonElement body, string list, string type) =>
        Items(body, list).Where(IsUsers).SelectMany(message => Texts(message, type));

    // A message of the Responses API may leave its own type out; everything else there has one.
    private static bool IsUsers(JsonElement message) =>
        Text(message, "role") == "user" && Text(message, "type") is null or "message";

    private static IEnumerable<string> Texts(JsonElement message, string type)
    {
        if (Text(message, "content") is { } whole)
        {
            return [whole];
        }

        var blocks = Items(message, "content").ToList();
        return blocks.Exists(block =>
            Text(block, "type") is not { } kind || kind.EndsWith("_result", StringComparison.Ordinal)
        )
            ? []
            : blocks.Where(block => Text(block, "type") == type).Select(block => Text(block, "text")).OfType<string>();
    }

    private static IEnumerable<string> Contents(JsonElement body)
    {
        foreach (var content in Items(body, "contents").Where(content => Text(content, "role") == "user"))
        {
            var parts = Items(content, "parts").ToList();
            if (
                parts.TrueForAll(part =>
                    part.EnumerateObject().All(member => member.Name is "text" or "inlineData" or "fileData")
                )
            )
            {
                var texts = parts.Select(part => Text(part, "text")).OfType<string>().ToList();
                if (texts.Exists(OwnText.IsMixed))
                {
                    continue;
                }

                foreach (var text in texts)
                {
                    yield return text;
                }
            }
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
        && of.TryGetProperty(name, out var list)
        && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
        && of.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
