using System.Buffers;
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
internal sealed partial class AnswerWatch : IContentWatch
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

    /// <summary>
    /// Events of a stream that are held; with more the first passes, after it was looked at. They have no text, or next to none: else so
    /// much would have followed it.
    /// </summary>
    public const int MaxHeldEvents = 1024;

    private readonly SecretIndex? _lent;
    private readonly GuardAction? _leaving;
    private readonly PromptLook? _prompt;
    private readonly GuardAction _action;
    private readonly bool _isEvents;
    private readonly bool _isJson;
    private readonly bool _isServed;
    private readonly EventCut _cut = new();
    private readonly Dictionary<ulong, TextTail> _tails = [];
    private readonly TextTail _raw = new();

    // What stands beside all of those: lines of events that are no data, and names.
    private readonly TextTail[] _beside = [new(), new()];
    private readonly Queue<StreamEvent> _held = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private string _frame = "";
    private long _heldBytes;
    private long _seen;
    private long _looked;
    private long _released;
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
    /// <param name="isServed">The answer is an agent's to a caller, and no provider's.</param>
    public AnswerWatch(
        SecretIndex? lent,
        GuardAction? action,
        string mediaType,
        GuardAction? leaving = null,
        PromptLook? prompt = null,
        bool isServed = false
    )
    {
        _isServed = isServed;
        _prompt = prompt;
        _lent = lent;
        _action = action ?? GuardAction.Report;
        _leaving = leaving;
        _isEvents = mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        _isJson = !_isEvents && mediaType.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    private bool IsFull => _held.Count > MaxHeldEvents || _heldBytes + _pending.WrittenCount > MaxHeldBytes;

    private int MaxEvent => _isServed ? UserAnswerWatch.MaxEventBytes : MaxHeldBytes;

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
    public long HeldBytes => _heldBytes + _pending.Capacity;

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
            if (_pending.WrittenCount > MaxEvent)
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

        if (isLast && _pending.WrittenCount > 0)
        {
            Hold(passed);
        }

        return LookBeside() && Look(isLast) && Release(isLast, passed);
    }

    private bool TakeText(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        if (!piece.IsEmpty)
        {
            var text = Encoding.Latin1.GetString(piece);
            _raw.Add(text);
            _seen += text.Length;
            Enqueue(new StreamEvent(piece.ToArray(), [], _seen));
        }

        return Look(isLast) && Release(isLast, passed);
    }

    private void Hold(ArrayBufferWriter<byte> passed)
    {
        var raw = _pending.WrittenSpan.ToArray();
        _pending.ResetWrittenCount();
        var frame = EventFrame.Of(raw);

        // A model's provider says the same of each event; whoever is fooled may say a credential in halves that are the same.
        if (_isServed || frame.Text != _frame)
        {
            _beside[0].Add(frame.Values);
            _beside[1].Add(frame.Names);
            _leaves |= _leaving is not null && TextTail.Leaves(frame.Text);
            _frame = frame.Text;
        }

        if (_isServed && frame.IsComment)
        {
            passed.Write(raw);
            return;
        }

        Hold(raw);
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
                            : ProviderFields.IsModels(text) ? depth
                            : int.MaxValue;
                        _beside[1].Add(_isServed ? text : "");
                    }
                    else if (!_isServed && name == ProviderFields.Echo && depth <= given && _prompt is not null)
                    {
                        var own = _prompt.WithoutAddition(text);
                        _prompt.SeeRaw(own);
                        if (!ReferenceEquals(own, text))
                        {
                            echoes.Add((start + from, start + to, own));
                        }
                    }
                    else if (text.Length > 0 && (_isServed || depth > given || !ProviderFields.Contains(name)))
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

        Enqueue(new StreamEvent(raw, texts, _seen));
    }

    private void Enqueue(StreamEvent one)
    {
        _held.Enqueue(one);
        _heldBytes += one.Raw.Length;
    }

    // Where nothing can be put in the place of what was found.
    private bool LookBeside()
    {
        var found = false;
        foreach (var tail in _beside.Where(tail => tail.IsNew))
        {
            _leaves |= _leaving is not null && tail.Leaves();
            _prompt?.See(tail.Text);
            found |= tail.Look(_lent);
        }

        _found |= found;
        return (!_leaves || _leaving == GuardAction.Report)
            && _prompt is not { Objects: true }
            && (!found || _action == GuardAction.Report);
    }

    // Every few characters, and before anything passes.
    private bool Look(bool isLast)
    {
        if (!isLast && (_seen == _looked || (!IsFull && _seen - _looked < Held)))
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
        while (
            _held.TryPeek(out var next)
            && (
                isLast
                || IsFull
                || next.SeenAtEnd <= _looked - held
                // It has no text, and nothing that has is before it.
                || (_isServed && next.SeenAtEnd == _released)
            )
        )
        {
            _held.Dequeue();
            _heldBytes -= next.Raw.Length;
            _released = next.SeenAtEnd;
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
