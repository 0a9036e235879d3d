using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Pins;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Tools.Schemas;

namespace Bartizan.Gateway.Tools;

/// <summary>A server's list without what the agent may not use anyway, and without what can't be read.</summary>
internal static class ListFilter
{
    /// <summary>Findings of one list that its entry names; that it has any is said by one.</summary>
    private const int MaxToldFindings = 4;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    /// <summary>
    /// Filters the answer to a list; null when it is none. The pins stand in its order; default where there are none. A row of another
    /// list than tools that is meant to fool a model is left out, and told.
    /// </summary>
    public static ReadOnlyMemory<byte>? Filter(
        Session session,
        string server,
        PendingCall call,
        ReadOnlyMemory<byte> result,
        KnownSchemas schemas,
        ImmutableArray<PinVerdict> pins,
        bool stateless,
        DateTimeOffset now,
        List<string> leftOut
    )
    {
        try
        {
            using var document = JsonDocument.Parse(result, Strict);
            var items = Methods.ItemsOf(call.Method);
            if (
                document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty(items, out var list)
                || list.ValueKind != JsonValueKind.Array
            )
            {
                return null;
            }

            var body = new ArrayBufferWriter<byte>(result.Length + 64);
            using var json = new Utf8JsonWriter(body, RpcError.Readable);
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WritePropertyName("id"u8);
            json.WriteRawValue(call.Id);
            json.WriteStartObject("result"u8);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Name != items)
                {
                    member.WriteTo(json);
                    continue;
                }

                json.WriteStartArray(items);
                var at = 0;
                foreach (var item in list.EnumerateArray())
                {
                    if (
                        IsSeen(pins, at++)
                        && IsShown(session, server, call.Method, item, now)
                        && IsClean(call.Method, item, leftOut)
                        && (!stateless || IsCallable(call.Method, item))
                    )
                    {
                        Write(json, session, server, call.Method, item);
                        Keep(schemas, server, call.Method, item);
                    }
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.Flush();
            return body.WrittenMemory;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The items of a list; null when it can't be read.</summary>
    public static JsonElement? ItemsOf(string list, ReadOnlyMemory<byte> result)
    {
        try
        {
            var read = JsonElement.Parse(result.Span, Strict);
            return
                read.ValueKind == JsonValueKind.Object
                && read.TryGetProperty(Methods.ItemsOf(list), out var items)
                && items.ValueKind == JsonValueKind.Array
                ? items
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // By its place in the list: a name may stand there twice, as two things.
    private static bool IsSeen(ImmutableArray<PinVerdict> pins, int at) => pins.IsDefault || pins[at].IsTrusted;

    // Clients of the stateless era have to leave out a tool whose arguments are repeated in headers in a way that is forbidden.
    private static bool IsCallable(string list, JsonElement item) =>
        list != Methods.ToolsList
        || !item.TryGetProperty("inputSchema", out var schema)
        || ParamHeaders.Read(schema) is not null;

    // What is left of a result when a rule keeps only fields of it isn't what the tool promises: clients hold it against that.
    private static void Write(Utf8JsonWriter json, Session session, string server, string list, JsonElement item)
    {
        if (
            list != Methods.ToolsList
            || !item.TryGetProperty("outputSchema", out _)
            || !session.Policy.CouldKeep(new ToolTarget(server, item.GetProperty("name").GetString()!))
        )
        {
            item.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var member in item.EnumerateObject().Where(member => member.Name != "outputSchema"))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void Keep(KnownSchemas schemas, string server, string list, JsonElement item)
    {
        if (list == Methods.ToolsList && item.GetProperty("name").GetString() is { } tool)
        {
            schemas.Keep(server, tool, item);
        }
    }

    private static bool IsShown(Session session, string server, string list, JsonElement item, DateTimeOffset now)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var name = TextOf(item, "name");
        return list switch
        {
            Methods.ToolsList => ToolName.IsUsable(name)
                && session.Policy.CouldGrant(new ToolTarget(server, name), now),
            Methods.PromptsList => session.Policy.CouldGrant(
                new ToolTarget(server, Methods.GetPrompt),
                now,
                KnownArguments.Some(Only("name", name))
            ),
            Methods.TemplatesList => session.Policy.CouldGrant(
                new ToolTarget(server, Methods.ReadResource),
                now,
                KnownArguments.StartOf("uri", TextOf(item, "uriTemplate").Split('{')[0])
            ),
            _ => session.Policy.CouldGrant(
                new ToolTarget(server, Methods.ReadResource),
                now,
                KnownArguments.Whole(Only("uri", TextOf(item, "uri")))
            ),
        };
    }

    // What tools are held to by pins these are held to at once: nobody pins them.
    private static bool IsClean(string list, JsonElement item, List<string> leftOut)
    {
        if (list == Methods.ToolsList)
        {
            return true;
        }

        var isLong = JsonMarshal.GetRawUtf8Value(item).Length > ToolDefinition.MaxLength;
        var worst = isLong ? null : DefinitionFindings.OfRow(item).FirstOrDefault();
        if (!isLong && worst is not { Severity: FindingSeverity.High })
        {
            return true;
        }

        if (leftOut.Count < MaxToldFindings)
        {
            leftOut.Add(isLong ? "a row is too long" : $"{worst!.Head} at `{worst.Place}`");
        }

        return false;
    }

    private static string TextOf(JsonElement item, string member) =>
        item.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString() ?? ""
            : "";

    private static JsonElement Only(string member, string text)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString(member, text);
        json.WriteEndObject();
        json.Flush();
        return JsonElement.Parse(body.WrittenSpan);
    }
}
