using System.Globalization;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Held;

/// <summary>What an upstream said of its error: what clients go by, and nothing else of it.</summary>
/// <param name="Message">Its sentence.</param>
/// <param name="Type">Its word for it.</param>
/// <param name="Code">Its code, by which clients know what to do: <c>insufficient_quota</c>, <c>context_length_exceeded</c>.</param>
/// <param name="RetryAfter">Seconds after which it may be tried again.</param>
internal sealed record UpstreamError(string? Message, string? Type, string? Code, int? RetryAfter)
{
    /// <summary>The longest time that is told on; who says a longer one means never.</summary>
    private const int MaxSeconds = 86_400;

    /// <summary>Characters of a word or a code; a longer one is none.</summary>
    private const int MaxWord = 64;

    /// <summary>Reads an answer.</summary>
    public static UpstreamError Of(HttpResponseMessage response, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter is { } said ? said.Delta ?? said.Date - now : null;
        int? seconds = wait is { } time ? (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 0, MaxSeconds) : null;
        try
        {
            using var json = JsonDocument.Parse(body);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object
                ? new UpstreamError(
                    Text(error, "message"),
                    Word(error, "type"),
                    Word(error, "code") ?? Word(error, "status"),
                    seconds
                )
                : new UpstreamError(null, null, null, seconds);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new UpstreamError(null, null, null, seconds);
        }
    }

    /// <summary>
    /// The sentence, with the time after which it may be tried again where it doesn't say so itself: some clients read it there.
    /// </summary>
    public string Told(string otherwise)
    {
        var message = Message ?? otherwise;
        return RetryAfter is not { } seconds || message.Contains("try again in", StringComparison.OrdinalIgnoreCase)
            ? message
            : string.Create(CultureInfo.InvariantCulture, $"{message.TrimEnd('.')}. Please try again in {seconds}s.");
    }

    private static string? Word(JsonElement of, string name) =>
        Text(of, name) is { Length: > 0 and <= MaxWord } word ? word : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
