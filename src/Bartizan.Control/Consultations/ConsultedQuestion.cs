using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Bartizan.Control.AuthZen;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Control.Consultations;

/// <summary>
/// An action as decision points outside are asked about it: the members of the Authorization API 1.0. Arguments of tool calls go
/// with it; credentials, prompts and file contents never do.
/// </summary>
internal static class ConsultedQuestion
{
    /// <summary>The question.</summary>
    public static JsonElement Of(Session session, AgentAction action, DateTimeOffset now)
    {
        var verb = action.Target.Verb.ToString().ToLowerInvariant();
        return Write(writer =>
        {
            writer.WriteStartObject("subject"u8);
            writer.WriteString("type"u8, "agent"u8);
            writer.WriteString("id"u8, session.Manifest.Agent);
            writer.WriteStartObject("properties"u8);
            writer.WriteString("session"u8, session.Id.ToString());
            writer.WriteNumber("version"u8, session.Manifest.Version);
            if (session.User is { } user)
            {
                writer.WriteString("user"u8, user.Id);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("action"u8);
            writer.WriteString("name"u8, verb);
            writer.WriteEndObject();
            writer.WriteStartObject("resource"u8);
            writer.WriteString("type"u8, DecisionPoint.KindOf(verb));
            writer.WriteString("id"u8, NameOf(action.Target));
            writer.WriteEndObject();
            writer.WriteStartObject("context"u8);
            writer.WriteString("time"u8, now.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteStartArray("labels"u8);
            foreach (var label in Enum.GetValues<Labels>().Where(l => l != Labels.None && session.Labels.HasFlag(l)))
            {
                writer.WriteStringValue(label.ToString().ToLowerInvariant());
            }

            writer.WriteEndArray();
            if (action.Arguments.ValueKind != JsonValueKind.Undefined)
            {
                writer.WritePropertyName("args"u8);
                action.Arguments.WriteTo(writer);
            }

            writer.WriteEndObject();
        });
    }

    // A link is asked about with what it leads to: its own name says nothing of that.
    private static string NameOf(ActionTarget target) =>
        target is FileTarget file ? string.Join(" -> ", file.Names) : target.Text;

    /// <summary>The body of a request.</summary>
    public static byte[] BodyOf(ConsultationApi api, JsonElement question) =>
        JsonSerializer.SerializeToUtf8Bytes(
            api == ConsultationApi.Opa
                ? Write(writer =>
                {
                    writer.WritePropertyName("input"u8);
                    question.WriteTo(writer);
                })
                : question
        );

    private static JsonElement Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
