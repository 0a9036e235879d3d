using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Bartizan.Gateway.Model.Deciding.StrictJson;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// Anthropic Messages: a call is a content block. One that is refused becomes a block of text with its index; a message whose calls
/// are all refused ends the turn.
/// </summary>
internal sealed class AnthropicCalls : IDecidedWire
{
    private readonly HeldEvents _held = new();
    private readonly StringBuilder _arguments = new();
    private int _last = -1;
    private int? _open;
    private string? _openType;
    private string? _name;
    private bool _hasInput;
    private bool _over;
    private bool _anyGranted;
    private bool _anyRefused;

    /// <inheritdoc/>
    public bool IsAtRest => _held.IsEmpty;

    /// <inheritdoc/>
    public ValueTask<bool> ReadTextAsync(RawEvent read, DecidedStream stream) => new(false);

    /// <inheritdoc/>
    public async ValueTask ReadAsync(RawEvent read, JsonElement data, DecidedStream stream)
    {
        var type = Text(data, "type") ?? "";
        if ((read.Name.Length > 0 && read.Name != type) || (_over && type is not ("ping" or "error")))
        {
            throw Broken();
        }

        switch (type)
        {
            case "content_block_start":
                Start(read, data, stream);
                return;
            case "content_block_delta":
                Continue(read, data, stream);
                return;
            case "content_block_stop":
                await StopAsync(read, data, stream).ConfigureAwait(false);
                return;
            case "message_start" when Items(Object(data, "message"), "content").Any():
            case "message_delta" or "message_stop" when _open is not null:
                throw Broken();
            case "message_delta":
                End(read, data, stream);
                return;
            case "message_stop":
                _over = true;
                break;
            case "error":
                _over = true;
                _held.Clear();
                break;
            case not ("ping" or "message_start") when LooksLikeCall(data):
                throw Broken();
        }

        stream.Pass(read.Raw.Span);
    }

    /// <inheritdoc/>
    public async ValueTask<JsonObject?> ReadBodyAsync(ReadOnlyMemory<byte> body, JsonElement root, DecidedStream stream)
    {
        var refused = new List<(int Index, string Sentence)>();
        var index = 0;
        var granted = 0;
        foreach (var block in Items(root, "content").ToList())
        {
            var type = Text(block, "type");
            if (!IsNoCall(type))
            {
                var call = new AnswerCall(Text(block, "name") ?? type ?? "", null, InputOf(block));
                var sentence = await stream.DecideAsync(call).ConfigureAwait(false);
                granted += sentence is null ? 1 : 0;
                if (sentence is not null)
                {
                    refused.Add((index, sentence));
                }
            }

            index++;
        }

        if (root.EnumerateObject().Any(member => member.Name != "content" && LooksLikeCall(member.Value)))
        {
            throw Broken();
        }

        if (refused.Count == 0)
        {
            return null;
        }

        var node = Node(body);
        foreach (var (at, sentence) in refused)
        {
            node["content"]![at] = new JsonObject { ["type"] = "text", ["text"] = sentence };
        }

        if (granted == 0 && Text(root, "stop_reason") == "tool_use")
        {
            node["stop_reason"] = "end_turn";
        }

        return node;
    }

    // What the model says, and what its provider ran by itself. Anything else is taken for a call.
    private static bool IsNoCall(string? type) =>
        type is "text" or "thinking" or "redacted_thinking" or "compaction" or "container_upload"
        || IsRunByProvider(type)
        || type?.EndsWith("_tool_result", StringComparison.Ordinal) == true;

    private static bool IsRunByProvider(string? type) => type is "server_tool_use" or "mcp_tool_use";

    private static string InputOf(JsonElement block)
    {
        var input = Get(block, "input");
        return input.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? "" : input.GetRawText();
    }

    private void Start(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_open is not null || Index(data, "index") is not { } index || index <= _last)
        {
            throw Broken();
        }

        var block = Object(data, "content_block");
        (_open, _last, _openType) = (index, index, Text(block, "type"));
        if (IsNoCall(_openType))
        {
            stream.Pass(read.Raw.Span);
            return;
        }

        _name = Text(block, "name") ?? _openType ?? "";
        _arguments.Clear();
        var input = InputOf(block);
        // A stream starts with an empty object, and the pieces follow.
        _hasInput = input.AsSpan().ContainsAnyExcept("{} \t\r\n");
        _arguments.Append(_hasInput ? input : "");
        _held.Add(read);
    }

    private void Continue(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_open is null || Index(data, "index") != _open)
        {
            throw Broken();
        }

        var delta = Object(data, "delta");
        var isArguments = Text(delta, "type") == "input_json_delta";
        var piece = Text(delta, "partial_json");
        if (_name is null)
        {
            if ((isArguments || piece is not null) && !IsRunByProvider(_openType))
            {
                throw Broken();
            }

            stream.Pass(read.Raw.Span);
            return;
        }

        if (!isArguments || (_hasInput && piece is { Length: > 0 }))
        {
            throw Broken();
        }

        _arguments.Append(piece);
        _held.Add(read);
    }

    private async ValueTask StopAsync(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_open is not { } index || Index(data, "index") != index)
        {
            throw Broken();
        }

        if (_name is { } name)
        {
            _held.Add(read);
            _name = null;
            var call = new AnswerCall(name, null, _arguments.ToString());
            if (await stream.DecideAsync(call).ConfigureAwait(false) is { } sentence)
            {
                _anyRefused = true;
                _held.Clear();
                WriteText(stream, index, sentence);
            }
            else
            {
                _anyGranted = true;
                _held.PassTo(stream);
            }
        }
        else
        {
            stream.Pass(read.Raw.Span);
        }

        _open = null;
    }

    private void End(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_anyRefused && !_anyGranted && Text(Object(data, "delta"), "stop_reason") == "tool_use")
        {
            var node = Node(read.Data);
            node["delta"]!["stop_reason"] = "end_turn";
            stream.Write("message_delta", node);
            return;
        }

        stream.Pass(read.Raw.Span);
    }

    private static void WriteText(DecidedStream stream, int index, string sentence)
    {
        stream.Write(
            "content_block_start",
            new JsonObject
            {
                ["type"] = "content_block_start",
                ["index"] = index,
                ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" },
            }
        );
        stream.Write(
            "content_block_delta",
            new JsonObject
            {
                ["type"] = "content_block_delta",
                ["index"] = index,
                ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = sentence },
            }
        );
        stream.Write("content_block_stop", new JsonObject { ["type"] = "content_block_stop", ["index"] = index });
    }
}
