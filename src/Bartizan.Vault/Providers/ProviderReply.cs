using System.Security.Cryptography;
using System.Text.Json;

namespace Bartizan.Vault.Providers;

/// <summary>An answer of a provider. Its bytes are wiped when it is let go of.</summary>
internal sealed class ProviderReply(int status, byte[] body, TimeSpan? retryAfter, Uri? elsewhere) : IDisposable
{
    // What one reader takes from the first of two and another from the last isn't said.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private JsonDocument? _json;

    public int Status => status;

    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>The body, until it is let go of.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>Where it says to ask instead.</summary>
    public Uri? Elsewhere => elsewhere;

    /// <summary>What it says the body is, without parameters; empty where it doesn't.</summary>
    public string MediaType { get; init; } = "";

    /// <summary>The body; nothing where it isn't an object of JSON, or a name stands in it twice.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                _json ??= JsonDocument.Parse(body, s_strict);
                return _json.RootElement.ValueKind == JsonValueKind.Object ? _json.RootElement : default;
            }
            catch (JsonException)
            {
                return default;
            }
        }
    }

    /// <summary>A text in an object; null where there is none.</summary>
    public static string? TextOf(JsonElement of, string name) => TextOf(PartOf(of, name));

    /// <summary>A text; null for what is none, and for one that no text can be: half of a character.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A part of an object; nothing where there is none.</summary>
    public static JsonElement PartOf(JsonElement of, string name)
    {
        try
        {
            return of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // Another name in it is no text.
            return default;
        }
    }

    /// <summary>Seconds in an object; zero where there are none.</summary>
    public static TimeSpan SecondsOf(JsonElement of, string name) =>
        PartOf(of, name) is { ValueKind: JsonValueKind.Number } number
        && number.TryGetInt64(out var seconds)
        && seconds is > 0 and < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    public void Dispose()
    {
        _json?.Dispose();
        CryptographicOperations.ZeroMemory(body);
    }
}
