using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>An error that the gateway answers by itself, as JSON-RPC has it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Says">One sentence.</param>
/// <param name="Rule">The rule that would change a refusal; null for none.</param>
internal sealed record RpcError(int Code, string Says, string? Rule = null)
{
    /// <summary>A sentence stays readable: no page ever shows these bytes as HTML.</summary>
    internal static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The message is no JSON.</summary>
    public const int Parse = -32700;

    /// <summary>The message is no request of the protocol.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>There is no such method, or none that this agent may use.</summary>
    public const int NoSuchMethod = -32601;

    /// <summary>The parameters are wrong, or the tool, prompt or resource is none that this agent may use.</summary>
    public const int InvalidParams = -32602;

    /// <summary>The gateway, or the server behind it, failed.</summary>
    public const int Failed = -32603;

    /// <summary>The transport's own errors have no code of their own.</summary>
    public const int Transport = -32000;

    /// <summary>There is no such MCP session.</summary>
    public const int NoSuchSession = -32001;

    /// <summary>A header and the body disagree (2026-07-28).</summary>
    public const int HeaderMismatch = -32020;

    /// <summary>A version of the protocol that isn't spoken (2026-07-28).</summary>
    public const int UnsupportedVersion = -32022;

    /// <summary>
    /// A refusal by the monitor, in the words that an agent may read. INVARIANT: it is made of what was asked and of the rules
    /// alone, so that what exists and is denied reads as what doesn't exist.
    /// </summary>
    public static RpcError Refuse(ToolTarget target, Decision decision)
    {
        var says = $"Bartizan refused `tool {target.Text}`: {decision.Told}.";
        return new RpcError(
            InvalidParams,
            decision.Needed is { } rule ? $"{says} It would take the rule `{rule}`." : says,
            decision.Needed
        );
    }

    /// <summary>The error as a message; <paramref name="id"/> is the JSON text of the request's id, or empty.</summary>
    public ReadOnlyMemory<byte> ToMessage(string id, Action<Utf8JsonWriter>? writeData = null)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        if (id.Length == 0)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(id);
        }

        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, Code);
        json.WriteString("message"u8, Says);
        if (writeData is not null)
        {
            json.WritePropertyName("data"u8);
            writeData(json);
        }
        else if (Rule is not null)
        {
            json.WriteStartObject("data"u8);
            json.WriteString("rule"u8, Rule);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    /// <summary>The code as text, for outcomes.</summary>
    public override string ToString() => Code.ToString(CultureInfo.InvariantCulture);
}
