using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bartizan.Cli.Terminal;

/// <summary>A value that prints itself (a session's id, a digest) as that text in JSON.</summary>
internal sealed class PlainTextConverter<T> : JsonConverter<T>
    where T : struct
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("what is printed is not read back");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
