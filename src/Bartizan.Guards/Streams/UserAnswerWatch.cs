using System.Buffers;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Redactions;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Streams;

/// <summary>
/// Looks for credentials and personal data in what an agent answers to a user.
/// <code>
/// events ─ each held until so much text has followed, read as one text with what came before ─ passed on, a little later
///          lines that are no data, by themselves; comments wait for nothing
/// anything else ─ held until whole
/// </code>
/// Of what stands in one JSON string what was found is taken out, where the manifest says so; what is torn over several events, or stands
/// in no string, is cut there.
/// </summary>
internal sealed class UserAnswerWatch : IContentWatch
{
    /// <summary>The longest event of a stream; a longer one is cut.</summary>
    public const int MaxEventBytes = 1 << 20;

    /// <summary>The longest answer that is held whole, and all events that are held.</summary>
    private const int MaxHeldBytes = 16 << 20;

    /// <summary>Events that are held; with more the first passes, read as far as what is held goes.</summary>
    private const int MaxHeldEvents = 1024;

    /// <summary>Characters that must have followed before an event passes.</summary>
    private const int Held = 128;

    /// <summary>
    /// Characters that are read again with what follows them, so that what began in them is seen; what is torn over more isn't.
    /// </summary>
    private const int Behind = 512;

    private readonly GuardTerms _terms;
    private readonly Placeholders _names;
    private readonly IContentWatch? _inner;
    private readonly bool _isEvents;
    private readonly EventCut _cut = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly StringBuilder _fresh = new();
    private readonly Queue<(byte[] Raw, string Text)> _held = new();
    private string _behind = "";
    private int _heldChars;
    private long _heldBytes;
    private double _score;
    private bool _isOver;

    /// <summary>Looks for what a manifest says, behind what another looks for; null where neither looks for anything.</summary>
    public static IContentWatch? Over(IContentWatch? inner, GuardTerms terms, Placeholders names, string mediaType) =>
        terms is { Secrets: null, PersonalData: null, Internals: null }
            ? inner
            : new UserAnswerWatch(terms, names, inner, mediaType);

    private UserAnswerWatch(GuardTerms terms, Placeholders names, IContentWatch? inner, string mediaType)
    {
        (_terms, _names, _inner) = (terms, names, inner);
        _isEvents = mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public string? Verdicts
    {
        get
        {
            var own = FormattableString.Invariant(
                $"sensitive/{SensitiveGuard.Version} answer {_score:0.00} of {ContentGuard.SensitiveThreshold:0.00} {(_isOver ? "block" : "pass")}"
            );
            return _inner?.Verdicts is { Length: > 0 } inner ? $"{inner}; {own}" : own;
        }
    }

    /// <inheritdoc/>
    public long HeldBytes => (_inner?.HeldBytes ?? 0) + _heldBytes + (2L * _heldChars) + _pending.Capacity;

    private bool IsFull => _held.Count > MaxHeldEvents || _heldBytes + _pending.WrittenCount > MaxHeldBytes;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (_isOver)
        {
            return null;
        }

        var passed = new ArrayBufferWriter<byte>();
        var given = _inner is null ? piece.ToArray() : _inner.Take(piece, isLast);
        _isOver =
            given is not { } bytes
            || !(_isEvents ? TakeEvents(bytes.Span, isLast, passed) : TakeWhole(bytes.Span, isLast, passed));
        return _isOver ? (ReadOnlyMemory<byte>?)null : passed.WrittenMemory;
    }

    private bool TakeWhole(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        _pending.Write(piece);
        if (_pending.WrittenCount > MaxHeldBytes)
        {
            return false;
        }

        if (!isLast)
        {
            return true;
        }

        if (Clean(_pending.WrittenMemory) is not { } clean)
        {
            return false;
        }

        passed.Write(clean.Span);
        return true;
    }

    private bool TakeEvents(ReadOnlySpan<byte> piece, bool isLast, ArrayBufferWriter<byte> passed)
    {
        while (!piece.IsEmpty)
        {
            var end = _cut.Next(piece);
            _pending.Write(end < 0 ? piece : piece[..end]);
            if (_pending.WrittenCount > MaxEventBytes)
            {
                return false;
            }

            piece = end < 0 ? default : piece[end..];
            if (end >= 0 && !Hold(passed))
            {
                return false;
            }
        }

        if (isLast && _pending.WrittenCount > 0 && !Hold(passed))
        {
            return false;
        }

        if (!MayFollow())
        {
            return false;
        }

        while (
            _held.TryPeek(out var first)
            && (isLast || first.Text.Length == 0 || _heldChars - first.Text.Length >= Held || IsFull)
        )
        {
            _held.Dequeue();
            _heldChars -= first.Text.Length;
            _heldBytes -= first.Raw.Length;
            passed.Write(first.Raw);
        }

        return true;
    }

    // What came since the last look, as one text with what came before it: each character is read so once, and as what is before.
    private bool MayFollow()
    {
        if (_fresh.Length == 0)
        {
            return true;
        }

        var text = $"{_behind}{_fresh}";
        _fresh.Clear();
        _behind = text.Length > Behind ? text[^Behind..] : text;
        return !Judge(text);
    }

    // What stands whole in one event is taken out there, or cut; what comes of it is read again together with the others.
    private bool Hold(ArrayBufferWriter<byte> passed)
    {
        var one = _pending.WrittenSpan.ToArray();
        _pending.ResetWrittenCount();
        var frame = EventFrame.Of(one);
        if (frame.Text.Length > 0 && Judge(frame.Text))
        {
            return false;
        }

        // It waits for nothing: callers are to hear that their agent is there.
        if (frame.IsComment)
        {
            passed.Write(one);
            return true;
        }

        var (start, length) = EventData.Of(one);
        if (length > 0 && Clean(one.AsMemory(start, length)) is { } clean)
        {
            one = [.. one.AsSpan(0, start), .. clean.Span, .. one.AsSpan(start + length)];
        }
        else if (length > 0)
        {
            return false;
        }

        var text = frame.HasData ? TextOf(one) : "";
        _held.Enqueue((one, text));
        _heldChars += text.Length;
        _heldBytes += one.Length;
        _fresh.Append(text);
        return true;
    }

    // Values alone, one after the other: what a model writes word by word stands so in one text.
    private static string TextOf(byte[] raw)
    {
        var (start, length) = EventData.Of(raw);
        var text = new StringBuilder();
        var isRead =
            length > 0
            && JsonTexts.Read(raw.AsSpan(start, length), (_, value, _, end, _) => text.Append(end < 0 ? "" : value));
        return isRead ? text.ToString() : Encoding.UTF8.GetString(raw);
    }

    // Null where something stands in it that can't be taken out, or mustn't be.
    private ReadOnlyMemory<byte>? Clean(ReadOnlyMemory<byte> bytes)
    {
        var redacted = Redaction.OfArguments(bytes, _terms, null, _names);
        return redacted.IsObjected || PayloadTexts.Of(redacted.Bytes, isModel: false).Any(one => Judge(one.Text))
            ? (ReadOnlyMemory<byte>?)null
            : redacted.Bytes;
    }

    // True where it must not pass.
    private bool Judge(string text)
    {
        var isObjected = false;
        foreach (var one in ContentScan.Of(text, Channel.Untrusted, Sought.Sensitive | Sought.Internals).Findings)
        {
            var done = one.Guard switch
            {
                "secrets" => _terms.Secrets,
                "personal_data" => _terms.PersonalData,
                "internals" => _terms.Internals,
                _ => null,
            };
            if (done is null || one.Confidence < ContentGuard.SensitiveThreshold)
            {
                continue;
            }

            _score = Math.Max(_score, one.Confidence);
            isObjected |= done != GuardAction.Report;
        }

        return isObjected;
    }
}
