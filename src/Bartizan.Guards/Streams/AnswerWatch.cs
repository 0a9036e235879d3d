using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Prompts;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Streams;

/// <summary>
/// Looks for a session's own credentials in an answer that streams, whatever it is cut into.
/// <code>
/// events ─ their strings, each going on where the last of its kind ended ─ looked at every few characters ─ passed on, a little later
/// one JSON ─ held until whole        anything else ─ as text, a little later
/// </code>
/// Held back are at most 64 characters and the events that they came in, or more while half of a credential stands at the end. What was
/// found is cut there, or taken out.
/// </summary>
internal sealed class AnswerWatch : IContentWatch
{
    /// <summary>What stands in the place of a credential.</summary>
    public const string Name = "[credential]";

    /// <summary>
    /// Characters that must have followed before an event passes: sixteen letters of a secret with something unseen between them. As
    /// many may come before the next look, so at most twice as many are held.
    /// </summary>
    public const int Held = 32;

    /// <summary>The same while a text ends within what may become a credential in a form that takes more room.</summary>
    private const int HeldBegun = 192;

    /// <summary>The longest answer that is held whole, or event of one.</summary>
    private const int MaxHeldBytes = 16 << 20;

    /// <summary>Strings of a stream that are told apart; more go on each other.</summary>
    private const int MaxTails = 256;

    // What a provider repeats of the request.
    internal const string Echo = "instructions";

    // What its provider writes beside an answer, in every event again: no model has a say in it, and it is no text that follows one.
    private static readonly FrozenSet<string> _providers = FrozenSet.ToFrozenSet(
        [
            "type",
            "id",
            "object",
            "model",
            "role",
            "item_id",
            "event_id",
            "response_id",
            "responseId",
            "modelVersion",
            "system_fingerprint",
            "service_tier",
            "status",
            "finish_reason",
            "finishReason",
            "stop_reason",
            "obfuscation",
            Echo,
            "signature",
            "thoughtSignature",
            "encrypted_content",
        ],
        StringComparer.Ordinal
    );

    // What a call is given, which the model writes with whatever names it likes.
    private static readonly FrozenSet<string> _models = FrozenSet.ToFrozenSet(
        ["args", "input", "arguments"],
        StringComparer.Ordinal
    );

    private readonly SecretIndex? _lent;
    private readonly GuardAction? _leaving;
    private readonly PromptLook? _prompt;
    private readonly GuardAction _action;
    private readonly bool _isEvents;
    private readonly bool _isJson;
    private readonly EventCut _cut = new();
    private readonly Dictionary<ulong, TextTail> _tails = [];
    private readonly TextTail _raw = new();
    private readonly Queue<StreamEvent> _held = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private long _seen;
    private long _looked;
    private bool _found;
    private bool _leaves;
    private bool _isCut;
    private bool _isBegun;

    /// <summary>Looks for what a manifest says.</summary>
    /// <param name="lent">The session's own credentials; null when they aren't looked for.</param>
    /// <param name="action">What is done about them.</param>
    /// <param name="mediaType">The answer's media type.</param>
    /// <param name="leaving">What is done about data in addresses; null when they aren't looked at.</param>
    /// <param name="prompt">The session's system prompt, where it is looked for.</param>
    public AnswerWatch(
        SecretIndex? lent,
        GuardAction? action,
        string mediaType,
        GuardAction? leaving = null,
        PromptLook? prompt = null
    )
    {
        _prompt = prompt;
        _lent = lent;
        _action = action ?? GuardAction.Report;
        _leaving = leaving;
        _isEvents = mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        _isJson = !_isEvents && mediaType.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for a field that its provider writes beside an answer.</summary>
    internal static bool IsProviders(string name) => _providers.Contains(name);

    /// <inheritdoc/>
    public string? Verdicts =>
        string.Join(
            "; ",
            new[]
            {
                _prompt is null ? null : string.Join("; ", _prompt.Verdicts),
                _leaving is { } done ? Told("exfiltration", ExfiltrationGuard.Version, _leaves, done) : null,
                _lent is not null ? Told("lent_secrets", SensitiveGuard.Version, _found, _action) : null,
            }.Where(verdict => verdict is not null)
        );

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (_isCut)
        {
            return null;
        }

        var passed = new ArrayBufferWriter<byte>();
        var goesOn =
            _isEvents ? TakeEvents(piece, isLast, passed)
            : _isJson ? TakeWhole(piece, isLast, passed)
            : TakeText(piece, isLast, passed);
        _isCut = !goesOn;
        return goesOn ? passed.WrittenMemory : (ReadOnlyMemory<byte>?)null;
    }

    private static string Told(string guard, string version, bool found, GuardAction action) =>
        $"{guard}/{version} answer {(found ? "1.00" : "0.00")} of 1.00 {(found ? action.ToString().ToLowerInvariant() : "pass")}";

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

            Hold(_pending.WrittenSpan.ToArray());
            _pending.ResetWrittenCount();
            piece = piece[end..];
        }

        if (isLast && _pending.WrittenCount > 0)
        {
            Hold(_pending.WrittenSpan.ToArray());
            _pending.ResetWrittenCount();
        }

        return Look(isLast) && Release(isLast, passed);
    }

    private bool TakeText(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        if (!piece.IsEmpty)
        {
            var text = Encoding.Latin1.GetString(piece);
            _raw.Add(text);
            _seen += text.Length;
            _held.Enqueue(new StreamEvent(piece.ToArray(), [], _seen));
        }

        return Look(isLast) && Release(isLast, passed);
    }

    private bool TakeWhole(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        _pending.Write(piece);
        if (_pending.WrittenCount > MaxHeldBytes)
        {
            return false;
        }

        if (!isLast || _pending.WrittenCount == 0)
        {
            return true;
        }

        var sent = _prompt is null
            ? _pending.WrittenMemory
            : JsonCleaning
                .Of(_pending.WrittenMemory, (name, text) => name == Echo ? _prompt.WithoutAddition(text) : text)
                .Bytes;
        var whole = JsonCleaning.Of(sent, (name, text) => Cleaned(name, text));
        _found = whole.IsChanged || whole.IsObjected || IsIn(sent);
        _prompt?.SeeRaw(Encoding.UTF8.GetString(sent.Span));
        passed.Write(_action == GuardAction.Redact ? whole.Bytes.Span : sent.Span);
        return _prompt?.Objects != true
            && (!_leaves || _leaving == GuardAction.Report)
            && (
                !_found
                || _action == GuardAction.Report
                || (_action == GuardAction.Redact && !whole.IsObjected && !IsIn(whole.Bytes))
            );
    }

    private bool IsIn(ReadOnlyMemory<byte> bytes) =>
        _lent is not null && LentFinder.IsIn(_lent, Encoding.UTF8.GetString(bytes.Span));

    private string Cleaned(string name, string text)
    {
        if (name == Echo)
        {
            _prompt?.SeeRaw(text);
        }
        else
        {
            _prompt?.See(text);
        }

        _leaves |= _leaving is not null && TextTail.Leaves(text);
        if (_lent is null || !LentFinder.IsIn(_lent, text))
        {
            return text;
        }

        var tail = new TextTail();
        tail.Add(text);
        tail.Look(_lent);
        return tail.Without(text, 0, Name);
    }

    private void Hold(byte[] raw)
    {
        var texts = new List<StreamText>();
        var echoes = new List<(int Start, int End, string Text)>();
        var (start, length) = EventData.Of(raw);
        var salt = length > 0 ? EventData.IndexOf(raw.AsSpan(start, length)) : 0;
        var name = "";
        var given = int.MaxValue;
        var isRead =
            length > 0
            && JsonTexts.Read(
                raw.AsSpan(start, length),
                (path, text, from, to, depth) =>
                {
                    if (to < 0)
                    {
                        name = text;
                        given =
                            depth > given ? given
                            : _models.Contains(text) ? depth
                            : int.MaxValue;
                    }
                    else if (name == Echo && depth <= given && _prompt is not null)
                    {
                        var own = _prompt.WithoutAddition(text);
                        _prompt.SeeRaw(own);
                        if (!ReferenceEquals(own, text))
                        {
                            echoes.Add((start + from, start + to, own));
                        }
                    }
                    else if (text.Length > 0 && (depth > given || !_providers.Contains(name)))
                    {
                        texts.Add(new StreamText(TailOf(path ^ salt), text, 0, start + from, start + to));
                    }
                }
            );
        if (isRead && echoes.Count > 0)
        {
            // Without it the places of the event's strings are others.
            Hold(JsonTexts.Replace(raw, echoes));
            return;
        }

        if (!isRead)
        {
            // Several lines of data, no JSON, or a comment: all of it is text.
            texts.Clear();
            var text = Encoding.UTF8.GetString(raw);
            _raw.Add(text);
            _seen += text.Length;
        }

        for (var at = 0; at < texts.Count; at++)
        {
            var one = texts[at];
            texts[at] = one with { Start = one.Tail.Length };
            one.Tail.Add(one.Text);
            _seen += one.Text.Length;
        }

        _held.Enqueue(new StreamEvent(raw, texts, _seen));
    }

    // Every few characters, and before anything passes.
    private bool Look(bool isLast)
    {
        if (!isLast && _seen - _looked < Held)
        {
            return true;
        }

        _looked = _seen;
        _leaves |= _leaving is not null && (_raw.Leaves() || _tails.Values.Any(tail => tail.Leaves()));
        if (_leaves && _leaving != GuardAction.Report)
        {
            return false;
        }

        if (_prompt is not null)
        {
            foreach (var tail in _tails.Values.Append(_raw).Where(tail => tail.IsNew))
            {
                _prompt.See(tail.Text);
            }

            if (_prompt.Objects)
            {
                return false;
            }
        }

        _isBegun = _raw.IsNew && _raw.IsBegun(_lent);
        var isRaw = _raw.IsNew && _raw.Look(_lent);
        var found = isRaw;
        foreach (var tail in _tails.Values.Where(tail => tail.IsNew))
        {
            found |= tail.Look(_lent);
            _isBegun |= tail.IsBegun(_lent);
        }

        _found |= found;

        // In what is no string nothing can be put in its place.
        return !found || _action == GuardAction.Report || (_action == GuardAction.Redact && !isRaw);
    }

    private bool Release(bool isLast, ArrayBufferWriter<byte> passed)
    {
        var held = _isBegun ? HeldBegun : Held;
        while (_held.TryPeek(out var next) && (isLast || next.SeenAtEnd <= _looked - held))
        {
            _held.Dequeue();
            passed.Write(_action == GuardAction.Redact && _found ? Cleaned(next) : next.Raw);
        }

        return true;
    }

    private static byte[] Cleaned(StreamEvent held)
    {
        var places = new List<(int, int, string)>();
        foreach (var one in held.Texts)
        {
            var without = one.Tail.Without(one.Text, one.Start, Name);
            if (!ReferenceEquals(without, one.Text))
            {
                places.Add((one.TokenStart, one.TokenEnd, without));
            }
        }

        return places.Count == 0 ? held.Raw : JsonTexts.Replace(held.Raw, places);
    }

    private TextTail TailOf(ulong key)
    {
        if (_tails.TryGetValue(key, out var tail))
        {
            return tail;
        }

        return _tails.Count < MaxTails ? _tails[key] = new TextTail() : _tails.Values.First();
    }
}
