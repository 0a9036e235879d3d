using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>A server's whole list of tools, page by page, asked for by the gateway itself.</summary>
internal static class ToolListing
{
    /// <summary>Pages of one list; a server that goes on has no end.</summary>
    private const int MaxPages = 64;

    /// <summary>The longest cursor that is given back.</summary>
    private const int MaxCursorLength = 4096;

    /// <summary>Hands each page on as it comes; false when a page can't be read, or there are too many.</summary>
    public static async Task<bool> ReadAsync(
        ServerQuestion question,
        ServerHeaders headers,
        Func<JsonElement, ValueTask> take,
        CancellationToken cancellationToken
    )
    {
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var after = cursor;
            var (result, _) = await question
                .AskAsync(
                    Methods.ToolsList,
                    json =>
                    {
                        if (after is not null)
                        {
                            json.WriteString("cursor"u8, after);
                        }
                    },
                    headers,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (
                result.ValueKind != JsonValueKind.Object
                || !result.TryGetProperty("tools", out var list)
                || list.ValueKind != JsonValueKind.Array
            )
            {
                return false;
            }

            await take(list).ConfigureAwait(false);
            cursor =
                result.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String
                    ? next.GetString()
                    : null;
            if (cursor is not { Length: > 0 and <= MaxCursorLength })
            {
                return true;
            }
        }

        return false;
    }
}
