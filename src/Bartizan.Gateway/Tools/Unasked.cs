using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// What a server says that answers no action. It is inspected as a result is. Where the manifest's `trust` names the server, what has room
/// for a text is met, too; what only says that something happened is written anew, so that it has no room for more.
/// </summary>
internal sealed class Unasked(ReferenceMonitor monitor, Session session, ToolServer server)
{
    private const string Logged = "notifications/message";
    private const string Changed = "/list_changed";
    private const string Subscription = "io.modelcontextprotocol/subscriptionId";

    /// <summary>The longest id that is a number and nothing else.</summary>
    private const int MaxDigits = 18;

    private static readonly string[] Kinds = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"];

    private bool IsNamed => ReferenceMonitor.IsTrustNamed(session, server.Name);

    /// <summary>What of a notification passes on; empty for nothing.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> SaidAsync(
        Message message,
        ReadOnlyMemory<byte> bytes,
        PendingCall? own,
        ClientSession? client,
        CancellationToken cancellationToken
    )
    {
        // Logs tell of everything the server does, and so of what it did for a reader.
        if (message.Method == Logged && session.Parent is null && session.Manifest.ReadsFrom(server.Name))
        {
            return default;
        }

        if (own is { Under.Granted: true, Kind: not ClientMethod.Listen })
        {
            return bytes;
        }

        if (!IsNamed)
        {
            return await HeardAsync(message.Method, bytes, cancellationToken).ConfigureAwait(false);
        }

        if (message.Method.EndsWith(Changed, StringComparison.Ordinal))
        {
            return JoinedMessage.Notification(message.Method, json => WriteMeta(json, message, own));
        }

        return message.Method switch
        {
            Methods.Cancelled => CancelledOf(message, client),
            Methods.Acknowledged when KindsOf(message) is { } kinds => JoinedMessage.Notification(
                message.Method,
                json =>
                {
                    WriteMeta(json, message, own);
                    json.WriteStartObject("notifications"u8);
                    foreach (var kind in kinds)
                    {
                        kind.WriteTo(json);
                    }

                    json.WriteEndObject();
                }
            ),
            _ => await HeardAsync(message.Method, bytes, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>What of an answer passes on that belongs to a request which is no action; empty for nothing.</summary>
    public ValueTask<ReadOnlyMemory<byte>> AnsweredAsync(
        PendingCall call,
        Message message,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        if (call.Under is not null || call.Kind is ClientMethod.Call or ClientMethod.Act or ClientMethod.Task)
        {
            return new(bytes);
        }

        if (message.Kind == MessageKind.Error)
        {
            return HeardAsync(call.Method, bytes, cancellationToken);
        }

        // What lists and openings say is pinned, and no session could begin without it.
        return call.Kind is ClientMethod.List or ClientMethod.Open || call.Method == Methods.Discover ? new(bytes)
            : IsNamed && IsEmpty(message) ? new(JoinedMessage.Result(call.Id, json => WriteComplete(json, message)))
            : HeardAsync(call.Method, bytes, cancellationToken);
    }

    /// <summary>What of a server's asking whether its client is there passes on; empty for nothing.</summary>
    public ValueTask<ReadOnlyMemory<byte>> PingedAsync(
        Message message,
        string id,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    ) =>
        IsNamed && message.Id.Length <= MaxDigits && message.Id.All(char.IsAsciiDigit)
            ? new(JoinedMessage.Request(id, message.Method, default))
            : HeardAsync(message.Method, bytes, cancellationToken);

    private ValueTask<ReadOnlyMemory<byte>> HeardAsync(
        string method,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    ) => monitor.HearAsync(session, new ToolTarget(server.Name, method), bytes, cancellationToken);

    private static ReadOnlyMemory<byte> CancelledOf(Message message, ClientSession? client) =>
        CallParams.Read(message.Inner)?.Member("requestId") is { ValueKind: not JsonValueKind.Undefined } id
        && client?.IsAsked(id.GetRawText()) == true
            ? JoinedMessage.Notification(
                message.Method,
                json =>
                {
                    json.WritePropertyName("requestId"u8);
                    id.WriteTo(json);
                }
            )
            : default;

    // Null where resources are named, too: their addresses are the server's own words.
    private static List<JsonProperty>? KindsOf(Message message) =>
        CallParams.Read(message.Inner)?.Member("notifications") is { ValueKind: JsonValueKind.Object } said
        && said.EnumerateObject().All(one => Kinds.Contains(one.Name) && IsSwitch(one.Value))
            ? [.. said.EnumerateObject()]
            : null;

    private static bool IsSwitch(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    // The client's own id of the subscription; nothing else that a server adds.
    private static void WriteMeta(Utf8JsonWriter json, Message message, PendingCall? own)
    {
        if (
            own is not null
            && CallParams.Read(message.Inner)?.Meta is { ValueKind: JsonValueKind.Object } meta
            && meta.TryGetProperty(Subscription, out var id)
            && (id.GetRawText() == own.Id || (id.ValueKind == JsonValueKind.String && id.GetString() == own.Id))
        )
        {
            json.WriteStartObject("_meta"u8);
            json.WritePropertyName(Subscription);
            id.WriteTo(json);
            json.WriteEndObject();
        }
    }

    private static bool IsEmpty(Message message)
    {
        using var result = JsonDocument.Parse(message.Inner);
        return result.RootElement.ValueKind == JsonValueKind.Object
            && result
                .RootElement.EnumerateObject()
                .All(one =>
                    one.Name == "resultType"
                    && one.Value.ValueKind == JsonValueKind.String
                    && one.Value.ValueEquals("complete"u8)
                );
    }

    private static void WriteComplete(Utf8JsonWriter json, Message message)
    {
        if (message.Inner.Length > "{}".Length)
        {
            json.WriteString("resultType"u8, "complete"u8);
        }
    }
}
