using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>How one wire format asks for tool calls, and how it says instead that one was refused.</summary>
internal interface IDecidedWire
{
    /// <summary>Passes one event of a stream on, holds it, or puts others in its place.</summary>
    ValueTask ReadAsync(RawEvent read, JsonElement data, DecidedStream stream);

    /// <summary>Takes an event whose data is no JSON; false when the wire has none such.</summary>
    ValueTask<bool> ReadTextAsync(RawEvent read, DecidedStream stream);

    /// <summary>True when the stream may end here: nothing is held.</summary>
    bool IsAtRest { get; }

    /// <summary>Decides the calls of a whole body; null when it may pass as it is.</summary>
    ValueTask<JsonObject?> ReadBodyAsync(ReadOnlyMemory<byte> body, JsonElement root, DecidedStream stream);
}
