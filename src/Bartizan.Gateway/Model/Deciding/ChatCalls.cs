using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Bartizan.Gateway.Model.Deciding.StrictJson;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// OpenAI Chat Completions: calls come in pieces by index, and are whole when their choice is finished. Refused ones are taken out,
/// the others are numbered anew, and the choice's content says why; without calls it has stopped.
/// </summary>
internal sealed class ChatCalls : IDecidedWire
{
    /// <summary>Stands for the index of the old format's one call.</summary>
    private const int OldFormat = -1;

    /// <summary>Calls of one answer that are put together; with more it is cut.</summary>
    private const int MaxDrafts = 256;

    private readonly HeldEvents _held = new();
    private readonly Dictionary<(int Choice, int Index), Draft> _drafts = [];
    private readonly HashSet<int> _finished = [];
    private readonly HashSet<int> _speaking = [];
    private bool _over;

    /// <inheritdoc/>
    public bool IsAtRest => _held.IsEmpty;

    /// <inheritdoc/>
    public async ValueTask<bool> ReadTextAsync(RawEvent read, DecidedStream stream)
    {
        if (!read.Data.Span.SequenceEqual("[DONE]"u8) || _over)
        {
            return false;
        }

        // The end of the stream finishes what no event has finished.
        await DecideAsync(stream).ConfigureAwait(false);
        _over = true;
        stream.Pass(read.Raw.Span);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(RawEvent read, JsonElement data, DecidedStream stream)
    {
        if (_over || data.EnumerateObject().Any(member => member.Name != "choices" && LooksLikeCall(member.Value)))
        {
            throw Broken();
        }

        var holds = false;
        foreach (var choice in Items(data, "choices"))
        {
            holds |= ReadChoice(choice);
        }

        // What comes of a choice whose calls are held waits behind them: its end above all.
        if (!holds)
        {
            stream.Pass(read.Raw.Span);
            return;
        }

        _held.Add(read);
        if (_drafts.Keys.All(key => _finished.Contains(key.Choice)))
        {
            await DecideAsync(stream).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<JsonObject?> ReadBodyAsync(ReadOnlyMemory<byte> body, JsonElement root, DecidedStream stream)
    {
        if (root.EnumerateObject().Any(member => member.Name != "choices" && LooksLikeCall(member.Value)))
        {
            throw Broken();
        }

        var at = 0;
        JsonObject? node = null;
        foreach (var choice in Items(root, "choices").ToList())
        {
            CheckChoice(choice, "message");
            var message = Object(choice, "message");
            _drafts.Clear();
            var index = 0;
            foreach (var call in Items(message, "tool_calls"))
            {
                Take(0, index++, call);
            }

            TakeOld(0, Object(message, "function_call"));
            if (await AnyRefusedAsync(stream).ConfigureAwait(false))
            {
                node ??= Node(body);
                Rewrite(node["choices"]![at]!.AsObject(), Text(message, "content"));
            }

            at++;
        }

        _drafts.Clear();
        return node;
    }

    private static void CheckChoice(JsonElement choice, string part)
    {
        if (choice.ValueKind != JsonValueKind.Object)
        {
            throw Broken();
        }

        foreach (var member in choice.EnumerateObject())
        {
            var isKnown = member.Name == part;
            if (!isKnown && LooksLikeCall(member.Value))
            {
                throw Broken();
            }

            if (isKnown && member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var inner in member.Value.EnumerateObject())
                {
                    if (inner.Name is not ("tool_calls" or "function_call") && LooksLikeCall(inner.Value))
                    {
                        throw Broken();
                    }
                }
            }
        }
    }

    // True when the event is to be held.
    private bool ReadChoice(JsonElement choice)
    {
        CheckChoice(choice, "delta");
        var index = Index(choice, "index") ?? 0;
        var delta = Object(choice, "delta");
        if (Text(delta, "content") is { Length: > 0 })
        {
            _speaking.Add(index);
        }

        foreach (var call in Items(delta, "tool_calls"))
        {
            Take(index, Index(call, "index") ?? throw Broken(), call);
        }

        TakeOld(index, Object(delta, "function_call"));
        if (Text(choice, "finish_reason") is { Length: > 0 })
        {
            _finished.Add(index);
        }

        return !_held.IsEmpty && _finished.Contains(index)
            || delta.ValueKind == JsonValueKind.Object
                && (HasAny(Get(delta, "tool_calls")) || Get(delta, "function_call").ValueKind == JsonValueKind.Object)
            || _drafts.Keys.Any(key => key.Choice == index) && _finished.Contains(index);
    }

    private static bool HasAny(JsonElement list) => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;

    private void Take(int choice, int index, JsonElement call)
    {
        if (_finished.Contains(choice) || call.ValueKind != JsonValueKind.Object)
        {
            throw Broken();
        }

        var (function, custom) = (Object(call, "function"), Object(call, "custom"));
        var isText = custom.ValueKind == JsonValueKind.Object;
        if (isText && function.ValueKind == JsonValueKind.Object)
        {
            throw Broken();
        }

        var draft = DraftOf(choice, index);
        draft.Id = Once(draft.Id, Text(call, "id"));
        draft.Type = Once(draft.Type, Text(call, "type"));
        Take(draft, isText ? custom : function, isText);
    }

    private void TakeOld(int choice, JsonElement function)
    {
        if (function.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (_finished.Contains(choice))
        {
            throw Broken();
        }

        Take(DraftOf(choice, OldFormat), function, isText: false);
    }

    private static void Take(Draft draft, JsonElement function, bool isText)
    {
        var (arguments, input) = (Text(function, "arguments"), Text(function, "input"));
        if (arguments is not null && input is not null)
        {
            throw Broken();
        }

        draft.IsText |= isText;
        draft.Name = Once(draft.Name, Text(function, "name"));
        draft.Arguments.Append(arguments ?? input);
    }

    // Some clients put pieces of a name together, others take the last: said twice, it is said in one way only.
    private static string? Once(string? known, string? told) =>
        string.IsNullOrEmpty(told) || told == known ? known
        : string.IsNullOrEmpty(known) ? told
        : throw Broken();

    private Draft DraftOf(int choice, int index)
    {
        if (!_drafts.TryGetValue((choice, index), out var draft))
        {
            draft = _drafts.Count < MaxDrafts ? new Draft() : throw Broken();
            _drafts.Add((choice, index), draft);
        }

        return draft;
    }

    private async ValueTask<bool> AnyRefusedAsync(DecidedStream stream)
    {
        var refused = false;
        foreach (var (_, draft) in _drafts.OrderBy(pair => pair.Key.Choice).ThenBy(pair => pair.Key.Index))
        {
            var call = new AnswerCall(draft.Name ?? "", null, draft.Arguments.ToString(), draft.IsText);
            draft.Refused = await stream.DecideAsync(call).ConfigureAwait(false);
            refused |= draft.Refused is not null;
        }

        return refused;
    }

    private async ValueTask DecideAsync(DecidedStream stream)
    {
        if (_held.IsEmpty)
        {
            return;
        }

        if (!await AnyRefusedAsync(stream).ConfigureAwait(false))
        {
            _held.PassTo(stream);
        }
        else
        {
            var told = new HashSet<int>();
            foreach (var raw in _held.Events)
            {
                WriteHeld(raw, told, stream);
            }

            _held.Clear();
        }

        foreach (var choice in _drafts.Keys.Select(key => key.Choice).Distinct().ToList())
        {
            _finished.Add(choice);
        }

        _drafts.Clear();
    }

    private void WriteHeld(byte[] raw, HashSet<int> told, DecidedStream stream)
    {
        var events = new RawEvents();
        events.Add(raw);
        if (!events.TryRead(out var read))
        {
            throw Broken();
        }

        var node = Node(read.Data);
        foreach (var choice in node["choices"]!.AsArray().Select(item => item!.AsObject()).ToList())
        {
            var index = choice["index"]?.GetValue<int>() ?? 0;
            var delta = choice["delta"] as JsonObject;
            if (delta?["tool_calls"] is JsonArray calls)
            {
                Keep(index, calls);
                if (calls.Count == 0)
                {
                    delta.Remove("tool_calls");
                }
            }

            if (delta?["function_call"] is JsonObject && _drafts[(index, OldFormat)].Refused is not null)
            {
                delta.Remove("function_call");
            }

            var refused = RefusedOf(index);
            if (refused.Count > 0 && delta is not null && told.Add(index))
            {
                var before = _speaking.Contains(index) ? "\n\n" : "";
                delta["content"] = (delta["content"]?.GetValue<string>() ?? "") + before + string.Join("\n\n", refused);
            }

            Finish(choice, index);
        }

        stream.Write(read.Name, node);
    }

    private void Keep(int choice, JsonArray calls)
    {
        var granted = _drafts
            .Where(pair => pair.Key.Choice == choice && pair.Key.Index != OldFormat && pair.Value.Refused is null)
            .Select(pair => pair.Key.Index)
            .Order()
            .ToList();
        for (var i = calls.Count - 1; i >= 0; i--)
        {
            var place = granted.IndexOf(calls[i]!["index"]!.GetValue<int>());
            if (place < 0)
            {
                calls.RemoveAt(i);
            }
            else
            {
                calls[i]!["index"] = place;
            }
        }
    }

    private void Rewrite(JsonObject choice, string? content)
    {
        var message = choice["message"]!.AsObject();
        if (message["tool_calls"] is JsonArray calls)
        {
            for (var i = calls.Count - 1; i >= 0; i--)
            {
                if (_drafts[(0, i)].Refused is not null)
                {
                    calls.RemoveAt(i);
                }
            }

            if (calls.Count == 0)
            {
                message.Remove("tool_calls");
            }
        }

        if (message["function_call"] is JsonObject && _drafts[(0, OldFormat)].Refused is not null)
        {
            message.Remove("function_call");
        }

        var said = string.IsNullOrEmpty(content) ? [] : (string[])[content];
        message["content"] = string.Join("\n\n", said.Concat(RefusedOf(0)));
        Finish(choice, 0);
    }

    private List<string> RefusedOf(int choice) =>
        [
            .. _drafts
                .Where(pair => pair.Key.Choice == choice && pair.Value.Refused is not null)
                .OrderBy(pair => pair.Key.Index)
                .Select(pair => pair.Value.Refused!),
        ];

    private void Finish(JsonObject choice, int index)
    {
        var own = _drafts.Where(pair => pair.Key.Choice == index).ToList();
        if (
            own.Count > 0
            && own.TrueForAll(pair => pair.Value.Refused is not null)
            && choice["finish_reason"]?.GetValue<string>() is "tool_calls" or "function_call"
        )
        {
            choice["finish_reason"] = "stop";
        }
    }

    private sealed class Draft
    {
        public string? Id { get; set; }

        public string? Type { get; set; }

        public string? Name { get; set; }

        public bool IsText { get; set; }

        public string? Refused { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
