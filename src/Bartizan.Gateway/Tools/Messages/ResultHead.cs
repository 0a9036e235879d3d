using System.Text.Json;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>What a result says of itself on its first level, read without making anything of the rest.</summary>
/// <param name="IsError">The tool itself says that it failed.</param>
/// <param name="NeedsInput">It is no result yet: the server asks for something first (2026-07-28).</param>
/// <param name="Version">The version that an <c>initialize</c> agreed on.</param>
internal readonly record struct ResultHead(bool IsError, bool NeedsInput, string? Version)
{
    /// <summary>It is no result yet: the server goes on with the call as a task (2026-07-28).</summary>
    public bool IsTask { get; private init; }

    /// <summary>Reads a result, which is valid JSON already.</summary>
    public static ResultHead Read(ReadOnlySpan<byte> result)
    {
        var reader = new Utf8JsonReader(result, new JsonReaderOptions { MaxDepth = Message.MaxDepth });
        var (isError, needsInput, isTask, version) = (false, false, false, (string?)null);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (says, type, asks, agrees) = (
                reader.ValueTextEquals("isError"u8),
                reader.ValueTextEquals("resultType"u8),
                reader.ValueTextEquals("inputRequests"u8),
                reader.ValueTextEquals("protocolVersion"u8)
            );
            reader.Read();
            isError |= says && reader.TokenType == JsonTokenType.True;

            // Whatever the type says: who sends questions is asking.
            needsInput |=
                asks || (type && reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("complete"u8));
            isTask |= type && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("task"u8);
            if (agrees && reader.TokenType == JsonTokenType.String)
            {
                version = reader.GetString();
            }

            reader.Skip();
        }

        return new ResultHead(isError, needsInput, version) { IsTask = isTask };
    }
}
