using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Model;

/// <summary>
/// A request line, matched octet for octet against the paths of the wire formats. Nothing is decoded or normalised: a
/// target in absolute form, an escape, a dot segment or a doubled slash is a path that doesn't exist.
/// </summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Api">The wire format; unknown where the path belongs to both.</param>
/// <param name="Path">The path, without the query.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
/// <param name="Id">The model or stored answer that the path names.</param>
internal readonly record struct ModelRoute(
    ModelRouteKind Kind,
    ModelApi Api,
    string Path,
    string Query = "",
    string Id = ""
)
{
    /// <summary>Ids are short everywhere; a longer one is a path that doesn't exist.</summary>
    private const int MaxIdLength = 256;

    private const string Hooks = "/hooks/";
    private const string Models = "/v1/models/";
    private const string Responses = "/v1/responses/";

    /// <summary>Reads a method and a request target.</summary>
    public static ModelRoute Read(string method, string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var query = mark < 0 ? "" : target[mark..];
        if (query.AsSpan().ContainsAnyExceptInRange('!', '~') || query.Contains('#', StringComparison.Ordinal))
        {
            return default;
        }

        return (method, path) switch
        {
            ("GET" or "HEAD", "/") => new(ModelRouteKind.Root, ModelApi.Unknown, path),
            ("POST", "/v1/messages" or "/v1/messages/count_tokens") => new(
                ModelRouteKind.Call,
                ModelApi.Anthropic,
                path,
                query
            ),
            (
                "POST",
                "/v1/chat/completions"
                    or "/v1/responses"
                    or "/v1/responses/compact"
                    or "/v1/responses/input_tokens"
                    or "/v1/embeddings"
            ) => new(ModelRouteKind.Call, ModelApi.OpenAI, path, query),
            ("POST", "/v1/logs") => new(ModelRouteKind.Claims, ModelApi.Unknown, path),
            ("POST", _) when path.StartsWith(Hooks, StringComparison.Ordinal) => Named(
                ModelRouteKind.Hook,
                ModelApi.Unknown,
                path,
                "",
                path[Hooks.Length..]
            ),
            ("GET", GeminiPath.Models) when GeminiPath.IsListQuery(query) => new(
                ModelRouteKind.List,
                ModelApi.Gemini,
                path,
                query
            ),
            ("GET" or "POST", _) when path.StartsWith(GeminiPath.Models + "/", StringComparison.Ordinal) =>
                GeminiPath.ModelOf(method, path, query) is { } id
                    ? Named(
                        method == "GET" ? ModelRouteKind.Describe : ModelRouteKind.Call,
                        ModelApi.Gemini,
                        path,
                        query,
                        id
                    )
                    : default,
            ("GET", "/v1/models") => new(ModelRouteKind.List, ModelApi.Unknown, path, query),
            ("GET", _) when path.StartsWith(Models, StringComparison.Ordinal) => Named(
                ModelRouteKind.Describe,
                ModelApi.Unknown,
                path,
                query,
                path[Models.Length..]
            ),
            ("GET" or "DELETE", _) when path.StartsWith(Responses, StringComparison.Ordinal) => Named(
                ModelRouteKind.Stored,
                ModelApi.OpenAI,
                path,
                query,
                method == "GET" ? Without(path[Responses.Length..], "/input_items") : path[Responses.Length..]
            ),
            ("POST", _)
                when path.StartsWith(Responses, StringComparison.Ordinal)
                    && path.EndsWith("/cancel", StringComparison.Ordinal) => Named(
                ModelRouteKind.Stored,
                ModelApi.OpenAI,
                path,
                query,
                Without(path[Responses.Length..], "/cancel")
            ),
            _ => default,
        };
    }

    private static string Without(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    private static ModelRoute Named(ModelRouteKind kind, ModelApi api, string path, string query, string id)
    {
        if (id.Length is 0 or > MaxIdLength)
        {
            return default;
        }

        foreach (var range in id.AsSpan().Split('/'))
        {
            var segment = id.AsSpan()[range];
            var plain = segment.Length > 0 && segment is not ("." or "..");
            foreach (var c in segment)
            {
                plain &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '@';
            }

            // Only a model's id may have segments (meta-llama/Llama-4); a stored answer's may not.
            if (!plain || (kind is ModelRouteKind.Stored or ModelRouteKind.Hook && segment.Length != id.Length))
            {
                return default;
            }
        }

        return new(kind, api, path, query, id);
    }
}
