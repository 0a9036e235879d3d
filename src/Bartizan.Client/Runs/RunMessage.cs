using System.Text.Json;

namespace Bartizan.Client.Runs;

/// <summary>One message of a run, not yet read.</summary>
/// <param name="IsText">True for an event or a request, false for bytes of a stream.</param>
/// <param name="Content">The message.</param>
public sealed record RunMessage(bool IsText, byte[] Content)
{
    /// <summary>The channel of a binary message.</summary>
    public RunChannel Channel => (RunChannel)Content[0];

    /// <summary>The bytes of a binary message.</summary>
    public ReadOnlyMemory<byte> Bytes => Content.AsMemory(1);

    /// <summary>Reads the event of a text message.</summary>
    /// <exception cref="JsonException">When it is none.</exception>
    public RunEvent Event() =>
        JsonSerializer.Deserialize<RunEvent>(Content, Wire.Options) ?? throw new JsonException("an event was expected");

    /// <summary>Reads the request of a text message.</summary>
    /// <exception cref="JsonException">When it is none.</exception>
    public RunRequest Request() =>
        JsonSerializer.Deserialize<RunRequest>(Content, Wire.Options)
        ?? throw new JsonException("a request was expected");
}
