using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>
/// Reads along while an answer passes: never changes it, never holds it up, and forgets what its bounds don't hold. What it
/// can't read is simply not noted; the bytes that are kept say the rest.
/// </summary>
internal sealed class AnswerReader : IDisposable
{
    /// <summary>The longest event or body that is parsed; a longer one passes unread.</summary>
    private const int MaxParsedBytes = 1 << 20;

    private readonly AnswerNotes _notes = new();
    private readonly IAnswerDialect _dialect;
    private readonly SseEvents? _events;
    private readonly JsonBalance? _balance;
    private readonly KeptBytes _kept;
    private readonly int _keptBytes;
    private readonly string _mediaType;

    public AnswerReader(ModelApi api, string path, int status, string? contentType, bool encoded, int keptBytes)
    {
        _mediaType = contentType ?? "application/octet-stream";
        _keptBytes = keptBytes;
        _dialect = (api, path) switch
        {
            (ModelApi.Anthropic, _) => new AnthropicAnswer(),
            (ModelApi.Gemini, _) => new GeminiAnswer(),
            (_, "/v1/responses") => new ResponsesAnswer(),
            _ => new ChatAnswer(),
        };
        var json = !encoded && _mediaType.Contains("json", StringComparison.OrdinalIgnoreCase);
        if (!encoded && _mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            _events = new SseEvents(MaxParsedBytes, ReadEvent);
        }
        else if (json && status is >= 200 and < 300)
        {
            _balance = new JsonBalance();
        }

        _kept = new KeptBytes(_balance is null ? keptBytes : Math.Max(keptBytes, MaxParsedBytes));
    }

    /// <summary>True unless the answer is a JSON body that hasn't ended.</summary>
    public bool IsComplete => _balance?.IsComplete ?? true;

    /// <summary>The answer's id, when the upstream may keep it.</summary>
    public string? Id => _notes.Id;

    /// <summary>True once the agent may have seen some of it.</summary>
    public bool Passed { get; set; }

    /// <summary>The most tokens that the answer may have; then each event of it is read.</summary>
    public long MostTokens { get; init; } = long.MaxValue;

    /// <summary>
    /// True when a stream has more than that, by what its upstream says, by its pieces (none is less than a token), or by its bytes.
    /// An event too long to be read is taken for more.
    /// </summary>
    public bool IsOver =>
        MostTokens != long.MaxValue
        && (
            _events?.IsTooLong == true
            || Math.Max(_notes.OutputTokens, Math.Max(_notes.Pieces, _notes.LeastTokens)) > MostTokens
        );

    /// <summary>Bytes read.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the next chunk.</summary>
    public void Read(ReadOnlySpan<byte> chunk)
    {
        Length += chunk.Length;
        _kept.Add(chunk);
        _balance?.Read(chunk);
        _events?.Read(chunk);
    }

    /// <summary>What the log is told of the answer.</summary>
    public Outcome ToOutcome(OutcomeKind kind, string detail, long bytesOut)
    {
        ReadBody();
        var calls = _notes.ToolCalls.ToImmutableArray();
        var kept = _kept.Memory[..Math.Min(_kept.Memory.Length, _keptBytes)];
        var payloads = ImmutableArray.CreateBuilder<Payload>(2);
        if (!kept.IsEmpty)
        {
            payloads.Add(new Payload("response", _mediaType, kept));
        }

        if (!calls.IsEmpty)
        {
            payloads.Add(new Payload("tool_calls", "application/json", Json(calls)));
        }

        if (Length > kept.Length)
        {
            detail += $", first {kept.Length} of {Length} bytes kept";
        }

        if (_notes.Truncated || _events?.Skipped == true)
        {
            detail += ", not all of it read";
        }

        return new Outcome(
            kind,
            detail,
            new Usage
            {
                BytesOut = bytesOut,
                BytesIn = Length,
                InputTokens = _notes.InputTokens,
                OutputTokens = _notes.OutputTokens,
                CacheReadTokens = _notes.CacheReadTokens,
                CacheWriteTokens = _notes.CacheWriteTokens,
                IsCounted = _notes.IsCounted,
                LeastOutputTokens = _notes.LeastTokens,
            }
        )
        {
            ToolCalls = [.. calls.Select(call => call.Name)],
            Payloads = payloads.DrainToImmutable(),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _events?.Dispose();

    private static byte[] Json(ImmutableArray<ToolCall> calls)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private void ReadBody()
    {
        if (_balance is not { IsComplete: true })
        {
            return;
        }

        if (_kept.Truncated)
        {
            _notes.Truncated = true;
            return;
        }

        Parse(_kept.Memory, (body, my) => my._dialect.ReadBody(body, my._notes));
    }

    private void ReadEvent(ReadOnlyMemory<byte> data)
    {
        if (_dialect.IsOfInterest(data.Span))
        {
            Parse(data, static (body, my) => my._dialect.ReadEvent(body, my._notes));
        }

        if (MostTokens != long.MaxValue)
        {
            Parse(data, static (body, my) => my._notes.Passed(my._dialect.LengthOf(body)));
        }
    }

    private void Parse(ReadOnlyMemory<byte> json, Action<JsonElement, AnswerReader> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                read(document.RootElement, this);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // Malformed events pass as they came; there is nothing to note in them.
        }
    }
}
