using System.IO.Pipelines;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// An answer of a model whose tool calls are decided before the client sees them, for clients that don't ask by hooks of their own.
/// <code>
/// upstream ─▶ events ─▶ text ───────────────────────────────▶ client
///                  └──▶ a call's own events, held until whole ─▶ monitor ─▶ granted: the same bytes
///                                                                       └▶ refused: why, in its place
/// </code>
/// What can't be read in exactly one way is cut: nothing passes undecided. It is control of intent, as hooks are.
/// </summary>
internal sealed class DecidedAnswer
{
    /// <summary>The longest body that isn't a stream; no model writes a fraction of it.</summary>
    public const int MaxBodyBytes = 16 << 20;

    private readonly IDecidedWire _wire;
    private readonly RawEvents? _events;
    private readonly MemoryStream? _body;
    private readonly DecidedStream _stream;

    private DecidedAnswer(IDecidedWire wire, DecidedStream stream, bool isStream)
    {
        _wire = wire;
        _stream = stream;
        _events = isStream ? new RawEvents() : null;
        _body = isStream ? null : new MemoryStream();
    }

    /// <summary>True when the answer is one body, and nothing of it goes out before all of it is decided.</summary>
    public bool IsWhole => _body is not null;

    /// <summary>Bytes that went on.</summary>
    public long Written => _stream.Written;

    /// <summary>True for a call whose answer may ask for tool calls.</summary>
    public static bool Concerns(ModelCall call, int status) =>
        status is >= 200 and < 300
        && call.Route.Kind is ModelRouteKind.Call or ModelRouteKind.Stored
        && call.Route.Path is not ("/v1/messages/count_tokens" or "/v1/responses/input_tokens" or "/v1/embeddings")
        && (call.Api != ModelApi.Gemini || GeminiPath.Generates(call.Route.Path))
        // A stored answer's input is what the client said itself.
        && !call.Route.Path.EndsWith("/input_items", StringComparison.Ordinal);

    /// <summary>Begins to decide an answer.</summary>
    /// <exception cref="BrokenAnswerException">It is of a kind that can't be read.</exception>
    public static DecidedAnswer Of(
        ModelCall call,
        HttpResponseMessage response,
        CallJudge judge,
        PipeWriter writer,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var headers = response.Content.Headers.NonValidated;
        var type = headers.TryGetValues("Content-Type", out var types) && types.Count == 1 ? types.ToString() : "";
        var encoding = headers.TryGetValues("Content-Encoding", out var encodings) ? encodings.ToString() : "identity";
        var parts = type.Split(';', StringSplitOptions.TrimEntries);
        var isStream = parts[0].Equals("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var isJson = parts[0].Equals("application/json", StringComparison.OrdinalIgnoreCase);
        var isPlain = parts[1..].All(p => !p.StartsWith("charset", StringComparison.OrdinalIgnoreCase) || IsUtf8(p));
        if (!(isStream || isJson) || !isPlain || !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw StrictJson.Broken(
                "the upstream's answer is neither plain JSON nor a plain stream of events, and the tool calls in it are to be decided"
            );
        }

        IDecidedWire wire = (call.Api, call.Route.Path.StartsWith("/v1/responses", StringComparison.Ordinal)) switch
        {
            (ModelApi.Anthropic, _) => new AnthropicCalls(),
            (ModelApi.Gemini, _) => new GeminiCalls(),
            (_, true) => new ResponsesCalls(),
            _ => new ChatCalls(),
        };
        return new DecidedAnswer(
            wire,
            new DecidedStream(writer, judge, isStream, call.Api != ModelApi.Gemini, clock, cancellationToken),
            isStream
        );
    }

    /// <summary>Takes the next chunk, and passes on what is decided.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> chunk)
    {
        if (_body is not null)
        {
            if (_body.Length + chunk.Length > MaxBodyBytes)
            {
                throw StrictJson.Broken("the upstream's answer is too long to be decided");
            }

            _body.Write(chunk.Span);
            return;
        }

        _events!.Add(chunk.Span);
        while (_events.TryRead(out var read))
        {
            await ReadAsync(read).ConfigureAwait(false);
        }
    }

    /// <summary>The stream has ended.</summary>
    /// <exception cref="BrokenAnswerException">It has not: something is held, or half an event is there.</exception>
    public void End()
    {
        if (_events is { IsEmpty: false } || !_wire.IsAtRest)
        {
            throw StrictJson.Broken("the upstream's answer ends within an event or a tool call");
        }
    }

    /// <summary>The whole body, decided.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> EndWholeAsync()
    {
        var body = _body!.GetBuffer().AsMemory(0, (int)_body.Length);
        using var document = StrictJson.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw StrictJson.Broken();
        }

        var changed = await _wire.ReadBodyAsync(body, document.RootElement, _stream).ConfigureAwait(false);
        return changed is null ? body : StrictJson.Bytes(changed);
    }

    private static bool IsUtf8(string parameter) =>
        parameter[(parameter.IndexOf('=', StringComparison.Ordinal) + 1)..]
            .Trim(' ', '"')
            .Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    private async ValueTask ReadAsync(RawEvent read)
    {
        if (read.Data.IsEmpty)
        {
            _stream.Pass(read.Raw.Span);
            return;
        }

        if (read.Data.Span[0] == '[')
        {
            if (!await _wire.ReadTextAsync(read, _stream).ConfigureAwait(false))
            {
                throw StrictJson.Broken();
            }

            return;
        }

        using var document = StrictJson.Parse(read.Data);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw StrictJson.Broken();
        }

        await _wire.ReadAsync(read, document.RootElement, _stream).ConfigureAwait(false);
    }
}
