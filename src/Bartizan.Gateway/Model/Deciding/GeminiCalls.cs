using System.Text.Json;
using System.Text.Json.Nodes;
using static Bartizan.Gateway.Model.Deciding.StrictJson;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>Gemini: a call is a part that comes whole, streamed or not. A refused one becomes a part of text.</summary>
internal sealed class GeminiCalls : IDecidedWire
{
    /// <inheritdoc/>
    public bool IsAtRest => true;

    /// <inheritdoc/>
    public ValueTask<bool> ReadTextAsync(RawEvent read, DecidedStream stream) => new(false);

    /// <inheritdoc/>
    public async ValueTask ReadAsync(RawEvent read, JsonElement data, DecidedStream stream)
    {
        var changed = await ReadBodyAsync(read.Data, data, stream).ConfigureAwait(false);
        if (changed is null)
        {
            stream.Pass(read.Raw.Span);
        }
        else
        {
            stream.Write(read.Name, changed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<JsonObject?> ReadBodyAsync(ReadOnlyMemory<byte> body, JsonElement root, DecidedStream stream)
    {
        JsonObject? changed = null;
        RefuseCallsBeside(root, "candidates");
        var candidates = Items(root, "candidates").ToList();
        for (var i = 0; i < candidates.Count; i++)
        {
            RefuseCallsBeside(candidates[i], "content");
            var content = Object(candidates[i], "content");
            RefuseCallsBeside(content, "parts");
            var parts = Items(content, "parts").ToList();
            for (var k = 0; k < parts.Count; k++)
            {
                if (await RefusalOfAsync(parts[k], stream).ConfigureAwait(false) is { } sentence)
                {
                    changed ??= Node(body);
                    changed["candidates"]![i]!["content"]!["parts"]![k] = new JsonObject { ["text"] = sentence };
                }
            }
        }

        return changed;
    }

    // Some readers of protobuf's JSON take a name in either spelling; ours is the one that clients send and read.
    private static async ValueTask<string?> RefusalOfAsync(JsonElement part, DecidedStream stream)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw Broken();
        }

        var call = Object(part, "functionCall");
        if (call.ValueKind == JsonValueKind.Undefined)
        {
            // Code that the provider ran itself is none of the client's; what isn't known may be.
            var isKnown = part.EnumerateObject()
                .All(member =>
                    member.Name is "executableCode" or "codeExecutionResult" || !LooksLikeCall(member.Value)
                );
            return isKnown && !LooksLikeCall(part) ? null : throw Broken();
        }

        if (part.EnumerateObject().Any(member => member.Name != "functionCall" && LooksLikeCall(member.Value)))
        {
            throw Broken();
        }

        var arguments = Object(call, "args");
        // Pieces of arguments come only for who asks for them, and no client does.
        return Get(call, "partialArgs").ValueKind != JsonValueKind.Undefined
            ? throw Broken()
            : await stream
                .DecideAsync(
                    new AnswerCall(
                        Text(call, "name") ?? "",
                        null,
                        arguments.ValueKind == JsonValueKind.Undefined ? "" : arguments.GetRawText()
                    )
                )
                .ConfigureAwait(false);
    }

    private static void RefuseCallsBeside(JsonElement holder, string known)
    {
        if (holder.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        if (
            holder.ValueKind != JsonValueKind.Object
            || holder.EnumerateObject().Any(member => member.Name != known && LooksLikeCall(member.Value))
        )
        {
            throw Broken();
        }
    }
}
