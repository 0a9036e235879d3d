namespace Bartizan.Gateway.Model;

/// <summary>
/// Gemini's paths: the model stands in them, and behind a colon what is asked of it. Queries are taken word for word: there a key may
/// stand, and system parameters that change what a request means.
/// </summary>
internal static class GeminiPath
{
    /// <summary>The list, and what each model's path begins with.</summary>
    public const string Models = "/v1beta/models";

    /// <summary>True for a path that generates text, and may ask for tool calls.</summary>
    public static bool Generates(string path) =>
        path.EndsWith(":generateContent", StringComparison.Ordinal)
        || path.EndsWith(":streamGenerateContent", StringComparison.Ordinal);

    /// <summary>True for a path that only turns text into numbers.</summary>
    public static bool Embeds(string path) =>
        path.EndsWith(":embedContent", StringComparison.Ordinal)
        || path.EndsWith(":batchEmbedContents", StringComparison.Ordinal);

    /// <summary>The model that a path names; null for a path that doesn't exist.</summary>
    public static string? ModelOf(string method, string path, string query)
    {
        var named = path[(Models.Length + 1)..];
        if (method == "GET")
        {
            return query.Length == 0 && !named.AsSpan().ContainsAny(':', '/') ? named : null;
        }

        var colon = named.IndexOf(':', StringComparison.Ordinal);
        var isKnown =
            colon > 0
            && (named[colon..], query) switch
            {
                (":generateContent" or ":countTokens" or ":embedContent" or ":batchEmbedContents", "" or "?alt=json") =>
                    true,
                // Without `alt=sse` a stream is one JSON list that has no end of its own; no client asks for it.
                (":streamGenerateContent", "?alt=sse") => true,
                _ => false,
            };
        return isKnown && !named.Contains('/', StringComparison.Ordinal) ? named[..colon] : null;
    }

    /// <summary>True for the query of a list: its pages.</summary>
    public static bool IsListQuery(string query)
    {
        if (query.Length == 0)
        {
            return true;
        }

        foreach (var range in query.AsSpan(1).Split('&'))
        {
            var pair = query.AsSpan(1)[range];
            if (!pair.StartsWith("pageSize=") && !pair.StartsWith("pageToken="))
            {
                return false;
            }
        }

        return true;
    }
}
