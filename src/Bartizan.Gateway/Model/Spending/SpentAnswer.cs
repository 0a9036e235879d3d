using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Model.Held;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model.Spending;

/// <summary>
/// How an answer ends for which no more is reserved, or to which a guard objects: with the wire format's own error, so that clients say
/// why and don't try again; never as if the answer were whole.
/// </summary>
internal static class SpentAnswer
{
    /// <summary>Ends it; false when only an abort can, because bytes of a body that has no place for an error have left.</summary>
    public static async Task<bool> TryEndAsync(
        HttpContext context,
        ModelApi api,
        bool passed,
        string sentence,
        string code
    )
    {
        var message = $"Bartizan: {sentence}.";
        if (!context.Response.HasStarted && !passed)
        {
            context.Response.Clear();
            await ModelError.WriteAsync(context, api, StatusCodes.Status403Forbidden, message).ConfigureAwait(false);
            return true;
        }

        if (!passed && HeldStream.Of(context) is { } held)
        {
            await held.FailAsync(StatusCodes.Status403Forbidden, message, null).ConfigureAwait(false);
            return true;
        }

        if (context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) != true)
        {
            return false;
        }

        await context.Response.BodyWriter.WriteAsync(Event(api, message, code)).ConfigureAwait(false);
        return true;
    }

    // The blank line first: what passed may have ended within an event.
    private static byte[] Event(ModelApi api, string message, string code)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (api == ModelApi.Gemini)
            {
                ModelError.WriteGemini(writer, StatusCodes.Status403Forbidden, message);
                writer.WriteEndObject();
                writer.Flush();
                return [.. "\n\ndata: "u8, .. json.WrittenSpan, .. "\n\n"u8];
            }

            if (api == ModelApi.Anthropic)
            {
                writer.WriteString("type", "error");
            }

            writer.WriteStartObject("error");
            writer.WriteString("type", "permission_error");
            writer.WriteString("code", code);
            writer.WriteString("message", message);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return [.. "\n\nevent: error\ndata: "u8, .. json.WrittenSpan, .. "\n\n"u8];
    }
}
