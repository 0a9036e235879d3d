using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>A tool call whose arguments a person wrote anew: held against the same schema, and sent with nothing else changed.</summary>
internal static class Rewriting
{
    /// <summary>The action with other arguments, or why the tool can't have them.</summary>
    public static Redraft Of(AgentAction action, CallParams call, JsonElement arguments, SessionTools tools)
    {
        var target = (ToolTarget)action.Target;
        if (tools.Schemas.FindProblem(target.Server, target.Tool, arguments) is { } unfit)
        {
            var where = unfit.Place.Length == 0 ? "" : $"`{unfit.Place}`: ";
            return new Redraft(null, $"they don't fit the tool's schema: {where}{unfit.Message}");
        }

        return CallParams.Read(ParamsWith(call, arguments)) is { } anew && anew.Arguments() is { } read
            ? new Redraft(action with { Arguments = read, Payloads = anew.ToPayloads() }, null)
            : new Redraft(null, "they can be read in more than one way");
    }

    /// <summary>The message that carries them.</summary>
    public static ReadOnlyMemory<byte> MessageWith(Message message, CallParams call, JsonElement arguments)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(message.Id);
        json.WriteString("method"u8, message.Method);
        json.WritePropertyName("params"u8);
        call.WriteWith(json, "arguments", arguments.WriteTo);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> ParamsWith(CallParams call, JsonElement arguments)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        call.WriteWith(json, "arguments", arguments.WriteTo);
        json.Flush();
        return body.WrittenMemory;
    }
}
