using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bartizan.Core.Ports;
using Bartizan.Guards.Redactions;

namespace Bartizan.Guards.Streams;

/// <summary>
/// Puts a session's values in the place of its placeholders in an answer, after what guards look for in it was looked for.
/// <code>
/// pieces ─ guards (the answer as the model wrote it) ─ events ─ their strings, each going on where the last of its kind ended ─ client
///                                                      one JSON, held until whole         anything else, as it is
/// </code>
/// An event waits while a placeholder may have begun in it: for as many letters as the longest has.
/// </summary>
internal sealed class RestoringWatch : IContentWatch
{
    /// <summary>Letters that came after an event that waits; then what has begun in it is none.</summary>
    public const int MaxHeld = 64;

    /// <summary>Events that wait; the same then.</summary>
    private const int MaxHeldEvents = 64;

    /// <summary>The longest answer that is held whole, or event of one.</summary>
    private const int MaxHeldBytes = 16 << 20;

    /// <summary>Strings of a stream that are told apart; in a further one nothing comes back.</summary>
    private const int MaxTexts = 256;

    /// <summary>As deep as the gateway reads.</summary>
    private const int MaxDepth = 256;

    private const string Version = "1";

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth };

    private readonly IContentWatch? _guards;
    private readonly Placeholders _names;
    private readonly bool _isEvents;
    private readonly bool _isJson;
    private readonly EventCut _cut = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly Dictionary<int, RestoredText> _texts = [];
    private readonly Queue<HeldEvent> _held = new();
    private readonly SortedDictionary<string, int> _restored = new(StringComparer.Ordinal);
    private long _seen;
    private bool _isCut;

    /// <summary>Restores in an answer.</summary>
    /// <param name="guards">What looks at it before; null when nothing does.</param>
    /// <param name="names">The session's placeholders.</param>
    /// <param name="mediaType">The answer's media type.</param>
    public RestoringWatch(IContentWatch? guards, Placeholders names, string mediaType)
    {
        _guards = guards;
        _names = names;
        _isEvents = mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        _isJson = !_isEvents && mediaType.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public string? Verdicts
    {
        get
        {
            var told =
                _restored.Count == 0 ? "nothing" : string.Join(", ", _restored.Select(one => $"{one.Value} {one.Key}"));
            var restore = $"restore/{Version} answer ({told})";
            return _guards?.Verdicts is { Length: > 0 } before ? $"{before}; {restore}" : restore;
        }
    }

    /// <inheritdoc/>
    public long HeldBytes => (_guards?.HeldBytes ?? 0) + _pending.Capacity + _held.Sum(one => (long)one.Raw.Length);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (_isCut)
        {
            return null;
        }

        if (_guards is not null)
        {
            if (_guards.Take(piece, isLast) is not { } looked)
            {
                _isCut = true;
                return null;
            }

            piece = looked.Span;
        }

        if (!_isEvents && !_isJson)
        {
            return piece.ToArray();
        }

        var passed = new ArrayBufferWriter<byte>();
        _isCut = !(_isEvents ? TakeEvents(piece, isLast, passed) : TakeWhole(piece, isLast, passed));
        return _isCut ? null : passed.WrittenMemory;
    }

    private bool TakeWhole(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        _pending.Write(piece);
        if (_pending.WrittenCount > MaxHeldBytes)
        {
            return false;
        }

        if (isLast)
        {
            var whole = Read(_pending.WrittenSpan.ToArray(), 0, _pending.WrittenCount, isStream: false);
            passed.Write(whole.Restored());
        }

        return true;
    }

    private bool TakeEvents(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        while (!piece.IsEmpty)
        {
            var end = _cut.Next(piece);
            _pending.Write(end < 0 ? piece : piece[..end]);
            if (_pending.WrittenCount > MaxHeldBytes)
            {
                return false;
            }

            if (end < 0)
            {
                break;
            }

            Hold(passed);
            piece = piece[end..];
        }

        if (isLast)
        {
            if (_pending.WrittenCount > 0)
            {
                Hold(passed);
            }

            End(isForced: false);
            Pass(passed);
        }

        return true;
    }

    private void Hold(ArrayBufferWriter<byte> passed)
    {
        var raw = _pending.WrittenSpan.ToArray();
        _pending.ResetWrittenCount();
        var (start, length) = EventData.Of(raw);
        var read = Read(raw, start, length, isStream: true);
        _held.Enqueue(read);
        Pass(passed);
        if (_held.TryPeek(out var first) && (_held.Count > MaxHeldEvents || _seen - first.SeenAtEnd > MaxHeld))
        {
            End(isForced: true);
            Pass(passed);
        }
    }

    private void Pass(ArrayBufferWriter<byte> passed)
    {
        while (_held.TryPeek(out var next) && !next.IsWaiting)
        {
            passed.Write(_held.Dequeue().Restored());
        }
    }

    private void End(bool isForced)
    {
        foreach (var text in _texts.Values)
        {
            text.End(isForced);
        }
    }

    private HeldEvent Read(byte[] raw, int start, int length, bool isStream)
    {
        var places = new List<(int Start, int End, RestoredPiece Piece)>();
        try
        {
            var data = raw.AsMemory(start, length);
            using var document = JsonDocument.Parse(data, _json);
            foreach (var one in AnswerShape.TextsOf(document.RootElement))
            {
                var text = one.Value.GetString()!;
                var json = JsonMarshal.GetRawUtf8Value(one.Value);
                if (text.Length == 0 || !data.Span.Overlaps(json, out var at))
                {
                    continue;
                }

                _seen += text.Length;
                var key = isStream ? one.Key : 0;
                if (TextOf(key, one) is not { } goesOn)
                {
                    continue;
                }

                var piece = new RestoredPiece();
                places.Add((start + at, start + at + json.Length, piece));
                goesOn.Add(piece, text);
                if (key == 0)
                {
                    goesOn.End();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Several lines of data, no JSON, or half a character: the rest of it is as it came.
        }

        return new HeldEvent(raw, places, _seen);
    }

    // INVARIANT: where it can't be known what a string goes on, nothing comes back in it: it may go on with an address.
    private RestoredText? TextOf(int key, AnswerText one)
    {
        if (key != 0 && _texts.TryGetValue(key, out var text))
        {
            return text;
        }

        if (key != 0 && _texts.Count == MaxTexts)
        {
            return null;
        }

        var made = new RestoredText(_names, one.IsJson, one.IsArgument, Told);
        if (key != 0)
        {
            _texts.Add(key, made);
        }

        return made;
    }

    private void Told(string name)
    {
        _names.CameBack(name);
        var kind = name[1..name.LastIndexOf('-')];
        _restored[kind] = _restored.GetValueOrDefault(kind) + 1;
    }

    private sealed record HeldEvent(byte[] Raw, List<(int Start, int End, RestoredPiece Piece)> Places, long SeenAtEnd)
    {
        public bool IsWaiting => Places.Exists(place => place.Piece.Waiting > 0);

        public byte[] Restored()
        {
            var changed = Places.FindAll(place => place.Piece.IsChanged);
            return changed.Count == 0
                ? Raw
                : JsonTexts.Replace(
                    Raw,
                    [.. changed.Select(place => (place.Start, place.End, place.Piece.Text.ToString()))]
                );
        }
    }
}
