using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Bartizan.Gateway.Model.Deciding.StrictJson;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// OpenAI Responses: a call is an item, told in pieces, then whole, and once more in the last event. A refused one becomes a message in
/// its place, everywhere; the events behind it are numbered anew.
/// </summary>
internal sealed class ResponsesCalls : IDecidedWire
{
    /// <summary>Calls whose pieces are held at once; providers send one after another.</summary>
    private const int MaxOpen = 64;

    private readonly SortedDictionary<int, OpenItem> _open = [];
    private readonly Dictionary<string, JsonObject?> _decided = new(StringComparer.Ordinal);
    private readonly HashSet<int> _done = [];
    private long _number = -1;
    private bool _numbersAnew;
    private bool _over;

    /// <inheritdoc/>
    public bool IsAtRest => _open.Count == 0;

    /// <inheritdoc/>
    public ValueTask<bool> ReadTextAsync(RawEvent read, DecidedStream stream)
    {
        var isEnd = _over && read.Data.Span.SequenceEqual("[DONE]"u8);
        if (isEnd)
        {
            stream.Pass(read.Raw.Span);
        }

        return new(isEnd);
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(RawEvent read, JsonElement data, DecidedStream stream)
    {
        var type = Text(data, "type") ?? throw Broken();
        if (_over || (read.Name.Length > 0 && read.Name != type))
        {
            throw Broken();
        }

        if (type is "response.output_item.added" or "response.output_item.done")
        {
            await ReadItemAsync(read, data, type, stream).ConfigureAwait(false);
            return;
        }

        if (Object(data, "response") is { ValueKind: JsonValueKind.Object } response)
        {
            await ReadResponseAsync(read, data, response, type, stream).ConfigureAwait(false);
            return;
        }

        if (Index(data, "output_index") is { } index && _open.TryGetValue(index, out var item))
        {
            item.Take(type, data, read);
            return;
        }

        if (
            type.StartsWith("response.function_call", StringComparison.Ordinal)
            || type.StartsWith("response.custom_tool_call", StringComparison.Ordinal)
            || LooksLikeCall(data)
        )
        {
            throw Broken();
        }

        if (type == "error")
        {
            _over = true;
            _open.Clear();
        }

        Pass(read, data, stream);
    }

    /// <inheritdoc/>
    public async ValueTask<JsonObject?> ReadBodyAsync(ReadOnlyMemory<byte> body, JsonElement root, DecidedStream stream)
    {
        var output = await RewriteAsync(root, stream).ConfigureAwait(false);
        if (output is null)
        {
            return null;
        }

        var node = Node(body);
        node["output"] = output;
        return node;
    }

    private async ValueTask ReadItemAsync(RawEvent read, JsonElement data, string type, DecidedStream stream)
    {
        var item = Object(data, "item");
        if (Index(data, "output_index") is not { } index || _done.Contains(index))
        {
            throw Broken();
        }

        var isWhole = type == "response.output_item.done";
        var wasOpen = _open.TryGetValue(index, out var open);
        if (!IsCall(item))
        {
            if (wasOpen)
            {
                throw Broken();
            }

            if (isWhole)
            {
                _done.Add(index);
            }

            Pass(read, data, stream);
            return;
        }

        if (!isWhole)
        {
            if (wasOpen || _open.Count == MaxOpen)
            {
                throw Broken();
            }

            open = new OpenItem(Text(item, "id"));
            open.Held.Add(read);
            _open.Add(index, open);
            return;
        }

        open ??= new OpenItem(Text(item, "id"));
        var call = CallOf(item);
        open.Check(call, Text(item, "id"));
        open.Held.Add(read);
        var message = await DecideAsync(item, call, stream).ConfigureAwait(false);
        _open.Remove(index);
        _done.Add(index);
        if (message is not null)
        {
            _numbersAnew = true;
            WriteMessage(stream, index, message);
        }
        else
        {
            PassHeld(open.Held, stream);
        }
    }

    private async ValueTask ReadResponseAsync(
        RawEvent read,
        JsonElement data,
        JsonElement response,
        string type,
        DecidedStream stream
    )
    {
        var output = await RewriteAsync(response, stream).ConfigureAwait(false);
        if (type is "response.completed" or "response.failed" or "response.incomplete" or "response.cancelled")
        {
            // What was begun and not ended is no call: it goes nowhere.
            _over = true;
            _open.Clear();
        }

        if (output is null)
        {
            Pass(read, data, stream);
            return;
        }

        var node = Node(read.Data);
        node["response"]!["output"] = output;
        WriteNumbered(stream, read.Name, node);
    }

    // The output without what is refused; null when nothing is.
    private async ValueTask<JsonArray?> RewriteAsync(JsonElement response, DecidedStream stream)
    {
        foreach (var member in response.EnumerateObject())
        {
            if (member.Name != "output" && !IsRequests(member.Name) && LooksLikeCall(member.Value))
            {
                throw Broken();
            }
        }

        var anyRefused = false;
        var output = new JsonArray();
        foreach (var item in Items(response, "output").ToList())
        {
            var message = IsCall(item) ? await DecideAsync(item, CallOf(item), stream).ConfigureAwait(false) : null;
            anyRefused |= message is not null;
            output.Add(message?.DeepClone() ?? JsonNode.Parse(item.GetRawText()));
        }

        return anyRefused ? output : null;
    }

    // Null when it is granted. Said again in the last event, a call is not decided again.
    private async ValueTask<JsonObject?> DecideAsync(JsonElement item, AnswerCall call, DecidedStream stream)
    {
        var id = Text(item, "id") ?? "";
        var key = $"{id.Length}:{id}{call.Name.Length}:{call.Name}{call.Server?.Length}:{call.Server}{call.Arguments}";
        if (_decided.TryGetValue(key, out var known))
        {
            return known;
        }

        var sentence = await stream.DecideAsync(call).ConfigureAwait(false);
        var message = sentence is null ? null : MessageOf(id, sentence);
        _decided.Add(key, message);
        return message;
    }

    // What the model says, and what its provider ran by itself. Anything else is taken for a call.
    private static bool IsCall(JsonElement item) =>
        Text(item, "type")
            is not (
                "message"
                or "reasoning"
                or "compaction"
                or "web_search_call"
                or "file_search_call"
                or "code_interpreter_call"
                or "image_generation_call"
                or "mcp_call"
                or "mcp_list_tools"
            );

    // The request's own, said again.
    private static bool IsRequests(string member) =>
        member is "tools" or "tool_choice" or "instructions" or "metadata" or "text" or "prompt" or "input";

    private static AnswerCall CallOf(JsonElement item)
    {
        const string Call = "_call";
        var type = Text(item, "type") ?? "";
        var (arguments, input) = (Text(item, "arguments"), Text(item, "input"));
        if (arguments is not null && input is not null)
        {
            throw Broken();
        }

        var kind = type.EndsWith(Call, StringComparison.Ordinal) ? type[..^Call.Length] : type;
        var (space, server) = (Text(item, "namespace"), Text(item, "server_label"));
        return new AnswerCall(
            Text(item, "name") ?? kind,
            string.IsNullOrEmpty(space) ? server : space,
            // The provider's own tools (local_shell) say in the item itself what is to be done.
            arguments ?? input ?? (type is "function_call" or "custom_tool_call" ? "" : item.GetRawText()),
            IsText: input is not null
        );
    }

    private static JsonObject MessageOf(string id, string sentence) =>
        new()
        {
            ["id"] = $"msg_{id}",
            ["type"] = "message",
            ["status"] = "completed",
            ["role"] = "assistant",
            ["content"] = new JsonArray(PartOf(sentence)),
        };

    private static JsonObject PartOf(string text) =>
        new()
        {
            ["type"] = "output_text",
            ["text"] = text,
            ["annotations"] = new JsonArray(),
        };

    private void WriteMessage(DecidedStream stream, int index, JsonObject message)
    {
        var begun = message.DeepClone().AsObject();
        begun["status"] = "in_progress";
        begun["content"] = new JsonArray();
        var part = message["content"]![0]!;
        var text = part["text"]!.GetValue<string>();
        Write("response.output_item.added", ("item", begun));
        Write("response.content_part.added", ("content_index", 0), ("part", PartOf("")));
        Write("response.output_text.delta", ("content_index", 0), ("delta", text));
        Write("response.output_text.done", ("content_index", 0), ("text", text));
        Write("response.content_part.done", ("content_index", 0), ("part", part.DeepClone()));
        Write("response.output_item.done", ("item", message.DeepClone()));

        void Write(string type, params (string Name, JsonNode Value)[] members)
        {
            var node = new JsonObject { ["type"] = type, ["output_index"] = index };
            if (!type.Contains("output_item", StringComparison.Ordinal))
            {
                node["item_id"] = message["id"]!.DeepClone();
            }

            foreach (var (name, value) in members)
            {
                node[name] = value;
            }

            WriteNumbered(stream, type, node);
        }
    }

    private void PassHeld(HeldEvents held, DecidedStream stream)
    {
        foreach (var raw in held.Events)
        {
            var events = new RawEvents();
            events.Add(raw);
            if (!events.TryRead(out var read))
            {
                throw Broken();
            }

            using var document = Parse(read.Data);
            Pass(read, document.RootElement, stream);
        }
    }

    private void Pass(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_numbersAnew)
        {
            WriteNumbered(stream, read.Name, Node(read.Data));
            return;
        }

        _number = Math.Max(_number, Index(data, "sequence_number") ?? -1);
        stream.Pass(read.Raw.Span);
    }

    private void WriteNumbered(DecidedStream stream, string name, JsonObject node)
    {
        node["sequence_number"] = ++_number;
        stream.Write(name, node);
    }

    /// <summary>A call whose pieces are coming.</summary>
    private sealed class OpenItem(string? id)
    {
        private readonly StringBuilder _pieces = new();
        private string? _whole;

        public HeldEvents Held { get; } = new();

        public void Take(string type, JsonElement data, RawEvent read)
        {
            if (type.EndsWith(".delta", StringComparison.Ordinal))
            {
                _pieces.Append(Text(data, "delta"));
            }
            else if (type.EndsWith(".done", StringComparison.Ordinal))
            {
                _whole = Text(data, "arguments") ?? Text(data, "input") ?? _whole;
            }

            Held.Add(read);
        }

        // Some clients put the pieces together, others take what is said at the end: said in two ways, it is broken.
        public void Check(AnswerCall call, string? at)
        {
            if (
                id != at
                || (_pieces.Length > 0 && !_pieces.Equals(call.Arguments.AsSpan()))
                || (_whole is not null && _whole != call.Arguments)
            )
            {
                throw Broken();
            }
        }
    }
}
