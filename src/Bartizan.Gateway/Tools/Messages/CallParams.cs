using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// The parameters of a client's request, read so that nobody behind can read them differently: no name twice anywhere, and
/// beside a known name none that is the same in another case.
/// </summary>
internal sealed class CallParams
{
    private const string MetaName = "_meta";

    /// <summary>What a key of <c>_meta</c> starts with that belongs to the protocol.</summary>
    private const string MetaPrefix = "io.modelcontextprotocol/";

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "name",
        "arguments",
        "uri",
        "ref",
        "argument",
        "context",
        "inputResponses",
        "requestState",
        "task",
        "taskId",
        "notifications",
        MetaName
    );

    // What clients say of a call beside its arguments, and says nothing of its own.
    private static readonly FrozenSet<string> PlainMeta = FrozenSet.Create(
        StringComparer.Ordinal,
        "progressToken",
        "claudecode/toolUseId",
        "traceparent",
        "tracestate"
    );

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly JsonElement _params;

    private CallParams(ReadOnlyMemory<byte> bytes, JsonElement all)
    {
        _bytes = bytes;
        _params = all;
    }

    /// <summary><c>_meta</c>, or undefined.</summary>
    public JsonElement Meta => Member(MetaName);

    /// <summary>The version of the protocol that a stateless request says it is of; null when it says none.</summary>
    public string? Version => MetaText("protocolVersion");

    /// <summary>What the client wants to hear of the request's progress by; undefined when it doesn't.</summary>
    public JsonElement ProgressToken =>
        Meta.ValueKind == JsonValueKind.Object && Meta.TryGetProperty("progressToken", out var token) ? token : default;

    /// <summary>True when a stateless request says what its client can do.</summary>
    public bool HasCapabilities =>
        Meta.ValueKind == JsonValueKind.Object
        && Meta.TryGetProperty(MetaPrefix + "clientCapabilities", out var said)
        && said.ValueKind == JsonValueKind.Object;

    /// <summary>True for a call that shall become a task (2025-11-25).</summary>
    public bool AsksForTask => Member("task").ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Reads them; null when they can be read in more than one way, or are no object.</summary>
    public static CallParams? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var all = bytes.IsEmpty ? Empty : JsonElement.Parse(bytes.Span, Strict);
            if (all.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            foreach (var member in all.EnumerateObject())
            {
                if (IsUsual(member))
                {
                    continue;
                }

                var name = member.Name;
                if (!System.Text.Ascii.IsValid(name) || (Known.TryGetValue(name, out var same) && same != name))
                {
                    return null;
                }
            }

            return new CallParams(bytes, all);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What header <c>Mcp-Name</c> repeats: a name, a resource's address or a task; null for none of them.</summary>
    public string? SubjectOf(string method) =>
        Methods.Of(method) == ClientMethod.Task ? Text("taskId") : Text("name") ?? Text("uri");

    /// <summary>A text among them; null when there is none of this name.</summary>
    public string? Text(string name) =>
        Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A member; undefined when there is none of this name.</summary>
    public JsonElement Member(string name) => _params.TryGetProperty(name, out var found) ? found : default;

    /// <summary>Writes them.</summary>
    public void Write(Utf8JsonWriter json) => _params.WriteTo(json);

    /// <summary>Writes them with another value in place of one member's; what isn't there is added.</summary>
    public void WriteWith(Utf8JsonWriter json, string name, Action<Utf8JsonWriter> write)
    {
        var written = false;
        json.WriteStartObject();
        foreach (var member in _params.EnumerateObject())
        {
            if (member.Name != name)
            {
                member.WriteTo(json);
                continue;
            }

            json.WritePropertyName(name);
            write(json);
            written = true;
        }

        if (!written)
        {
            json.WritePropertyName(name);
            write(json);
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// The arguments of a tool call: an empty object when it says none, as every server takes it. Null when they are something
    /// else than an object.
    /// </summary>
    public JsonElement? Arguments() =>
        Member("arguments") switch
        {
            { ValueKind: JsonValueKind.Undefined } => Empty,
            { ValueKind: JsonValueKind.Object } said => said,
            _ => null,
        };

    /// <summary>The parameters of another acting method, which rules see as its arguments: all but <c>_meta</c>.</summary>
    public JsonElement ArgumentsOfMethod()
    {
        if (Meta.ValueKind == JsonValueKind.Undefined)
        {
            return _params;
        }

        var body = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var member in _params.EnumerateObject().Where(m => m.Name != MetaName))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(body.WrittenSpan);
    }

    /// <summary>
    /// What the log keeps and guards read: the arguments; and all of the parameters when they say more than that.
    /// </summary>
    public ImmutableArray<Payload> ToPayloads()
    {
        const string Json = "application/json";
        var arguments = Member("arguments");
        var plain = arguments.ValueKind == JsonValueKind.Object && IsPlain();
        return plain
            ?
            [
                new Payload(
                    "arguments",
                    Json,
                    System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(arguments).ToArray()
                ),
            ]
            : [new Payload("params", Json, _bytes)];
    }

    /// <summary>True when they say nothing beside a name and arguments.</summary>
    public bool IsPlain()
    {
        foreach (var member in _params.EnumerateObject())
        {
            if (!IsUsual(member))
            {
                return false;
            }
        }

        if (Meta.ValueKind == JsonValueKind.Undefined)
        {
            return true;
        }

        return Meta.ValueKind == JsonValueKind.Object
            && Meta.EnumerateObject()
                .All(m => m.Name.StartsWith(MetaPrefix, StringComparison.Ordinal) || PlainMeta.Contains(m.Name));
    }

    // By its bytes: most calls have no other, and then no name becomes a text.
    private static bool IsUsual(JsonProperty member) =>
        member.NameEquals("name"u8) || member.NameEquals("arguments"u8) || member.NameEquals("_meta"u8);

    private string? MetaText(string name) =>
        Meta.ValueKind == JsonValueKind.Object
        && Meta.TryGetProperty(MetaPrefix + name, out var said)
        && said.ValueKind == JsonValueKind.String
            ? said.GetString()
            : null;
}
