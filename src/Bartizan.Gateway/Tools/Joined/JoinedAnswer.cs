using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>What the gateway says for itself where all servers are one.</summary>
internal static class JoinedAnswer
{
    /// <summary>The members that a result of the stateless era starts with.</summary>
    public static void WriteHead(Utf8JsonWriter json, bool stateless, bool isKept)
    {
        if (!stateless)
        {
            return;
        }

        json.WriteString("resultType"u8, "complete"u8);
        if (isKept)
        {
            json.WriteNumber("ttlMs"u8, 0);
            json.WriteString("cacheScope"u8, "private"u8);
        }

        json.WriteStartObject("_meta"u8);
        json.WritePropertyName("io.modelcontextprotocol/serverInfo"u8);
        WriteSelf(json);
        json.WriteEndObject();
    }

    /// <summary>The answer to <c>initialize</c>.</summary>
    public static ReadOnlyMemory<byte> Opened(string id, string version, JoinedAbilities abilities) =>
        JoinedMessage.Result(
            id,
            json =>
            {
                json.WriteString("protocolVersion"u8, version);
                abilities.Write(json);
                json.WritePropertyName("serverInfo"u8);
                WriteSelf(json);
            }
        );

    /// <summary>The answer to <c>server/discover</c>.</summary>
    public static ReadOnlyMemory<byte> Discovered(string id, JoinedAbilities abilities) =>
        JoinedMessage.Result(
            id,
            json =>
            {
                WriteHead(json, stateless: true, isKept: true);
                json.WriteStartArray("supportedVersions"u8);
                json.WriteStringValue(Stateless.Version);
                json.WriteEndArray();
                abilities.Write(json);
            }
        );

    /// <summary>An answer that says no more than that it is one.</summary>
    public static ReadOnlyMemory<byte> Empty(string id, bool stateless) =>
        JoinedMessage.Result(id, json => WriteHead(json, stateless, isKept: false));

    private static void WriteSelf(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "bartizan"u8);
        json.WriteString("version"u8, typeof(JoinedAnswer).Assembly.GetName().Version?.ToString(3) ?? "0");
        json.WriteEndObject();
    }
}
