using System.Text.Json;
using System.Text.Json.Serialization;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox;

internal sealed class SessionIdText : JsonConverter<SessionId>
{
    public override SessionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        SessionId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("not a session id");

    public override void Write(Utf8JsonWriter writer, SessionId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
