using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// What the stateless era (2026-07-28) asks of a request: the version in a header and in the body, the method and the name
/// mirrored in headers. A header that disagrees with the body is refused; what goes on to the server is made from the body.
/// </summary>
internal static class Stateless
{
    /// <summary>The revision.</summary>
    public const string Version = "2026-07-28";

    private const string VersionHeader = "MCP-Protocol-Version";
    private const string MethodHeader = "Mcp-Method";
    private const string NameHeader = "Mcp-Name";
    private const string EncodedStart = "=?base64?";
    private const string EncodedEnd = "?=";

    /// <summary>True when a message without a session is of this era.</summary>
    public static bool IsMeant(IHeaderDictionary headers, CallParams? call) =>
        call?.Version is not null
        || (headers.TryGetValue(VersionHeader, out var version) && !SessionEra.IsVersion(version.ToString()));

    /// <summary>Null when a request is as it must be, else the error, which goes with status 400.</summary>
    public static (RpcError Error, Action<Utf8JsonWriter>? Data)? Check(
        IHeaderDictionary headers,
        Message message,
        CallParams call
    )
    {
        var version = headers[VersionHeader];
        if (version.Count == 0)
        {
            return Mismatch("the header MCP-Protocol-Version is missing");
        }

        if (call.Version is not { } said || !call.HasCapabilities)
        {
            return (
                new RpcError(RpcError.InvalidParams, "`_meta` lacks the version or the client's capabilities"),
                null
            );
        }

        if (version.ToString() != said)
        {
            return Mismatch("the header MCP-Protocol-Version is another than that of `_meta`");
        }

        if (said != Version)
        {
            var error = new RpcError(RpcError.UnsupportedVersion, "Unsupported protocol version");
            return (error, json => WriteVersions(json, said));
        }

        if (headers[MethodHeader].ToString() != message.Method)
        {
            return Mismatch("the header Mcp-Method is another than the method of the body");
        }

        var isNamed =
            message.Method is Methods.ToolsCall or Methods.GetPrompt or Methods.ReadResource
            || Methods.Of(message.Method) == ClientMethod.Task;
        return isNamed && Decode(headers[NameHeader].ToString()) != call.SubjectOf(message.Method)
            ? Mismatch("the header Mcp-Name is another than the name of the body")
            : null;
    }

    /// <summary>The same for a request of a session, which needn't have the headers.</summary>
    public static (RpcError Error, Action<Utf8JsonWriter>? Data)? CheckMirrored(
        IHeaderDictionary headers,
        Message message,
        CallParams? call
    )
    {
        if (headers.TryGetValue(MethodHeader, out var method) && method.ToString() != message.Method)
        {
            return Mismatch("the header Mcp-Method is another than the method of the body");
        }

        return
            headers.TryGetValue(NameHeader, out var name) && Decode(name.ToString()) != call?.SubjectOf(message.Method)
            ? Mismatch("the header Mcp-Name is another than the name of the body")
            : null;
    }

    /// <summary>A name as the header has it.</summary>
    public static string Encode(string name)
    {
        var plain = name.Length > 0 && name[0] != ' ' && name[^1] != ' ' && !IsEncoded(name);
        foreach (var c in name)
        {
            plain &= c is >= ' ' and <= '~';
        }

        return plain ? name : EncodedStart + Convert.ToBase64String(Encoding.UTF8.GetBytes(name)) + EncodedEnd;
    }

    /// <summary>A value as the header means it; null for one that is encoded wrongly.</summary>
    public static string? Decode(string value)
    {
        if (!IsEncoded(value))
        {
            return value;
        }

        try
        {
            var text = value[EncodedStart.Length..^EncodedEnd.Length];
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(text));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsEncoded(string value) =>
        value.StartsWith(EncodedStart, StringComparison.OrdinalIgnoreCase)
        && value.EndsWith(EncodedEnd, StringComparison.Ordinal)
        && value.Length >= EncodedStart.Length + EncodedEnd.Length;

    private static (RpcError, Action<Utf8JsonWriter>?) Mismatch(string says) =>
        (new RpcError(RpcError.HeaderMismatch, $"Header mismatch: {says}"), null);

    private static void WriteVersions(Utf8JsonWriter json, string requested)
    {
        json.WriteStartObject();
        json.WriteStartArray("supported"u8);
        json.WriteStringValue(Version);
        json.WriteEndArray();
        json.WriteString("requested"u8, requested);
        json.WriteEndObject();
    }
}
