using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Flow;

/// <summary>
/// Where the values come from that a session works with, by keyed hashes of them: what its user typed, and what its trusted tools
/// gave. It only grows, and what doesn't fit isn't known: a value that isn't known makes a decision stricter.
/// </summary>
public sealed class Provenance
{
    /// <summary>Values of one session that are known.</summary>
    public const int MaxValues = 128 * 1024;

    /// <summary>Values that a tainted session has sent into the world; more, and nothing that comes back is believed.</summary>
    public const int MaxSent = 128 * 1024;

    /// <summary>Tools that one session's values are known by.</summary>
    public const int MaxSources = 1024;

    /// <summary>Texts of one session's user; a conversation repeats them with each request.</summary>
    public const int MaxTexts = 4096;

    private static readonly char[] s_breaks = [.. " \t\r\n\"'`()[]{}<>,;:=|"];

    private readonly Lock _lock = new();
    private readonly SipHash _hash = KeyedAnew();
    private readonly Dictionary<UInt128, ValueOrigin> _known = [];
    private readonly Dictionary<string, ValueOrigin> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> _sent = [];
    private readonly HashSet<UInt128> _texts = [];
    private bool _isOpen;
    private bool _isLost;

    /// <summary>
    /// True once the session has sent something that nobody can read, such as a tunnel: what a tool gives from then on may have been put
    /// there by it.
    /// </summary>
    public bool HasGap
    {
        get
        {
            lock (_lock)
            {
                return _isOpen;
            }
        }
    }

    /// <summary>Takes what the user typed.</summary>
    public void HearUser(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_lock)
        {
            if (_texts.Count >= MaxTexts || !_texts.Add(DigestOf(text)))
            {
                return;
            }

            ValueText.Find(
                text,
                brief: true,
                value =>
                {
                    // What the user says counts more than what a tool gave.
                    if (FormOf(value) is { } form && (_known.Count < MaxValues || _known.ContainsKey(form)))
                    {
                        _known[form] = ValueOrigin.User;
                    }
                }
            );
        }
    }

    /// <summary>Takes a trusted tool's whole answer to a call, but for what the session itself had a hand in.</summary>
    /// <param name="source">The tool.</param>
    /// <param name="message">The message that came back.</param>
    /// <param name="arguments">What the tool was called with.</param>
    /// <param name="tainted">True when the session may have been fooled by then.</param>
    public void HearResult(string source, ReadOnlyMemory<byte> message, JsonElement arguments, bool tainted)
    {
        lock (_lock)
        {
            if ((tainted && (_isLost || _isOpen)) || OriginOf(source) is not { } origin)
            {
                return;
            }

            // INVARIANT: what a fooled agent chose is no better for having gone through a tool: neither what it asked for nor what it got
            // by it, as by looking a person up whom the attacker named.
            if (tainted && ArgumentTexts.Of(arguments).Any(IsChosen))
            {
                return;
            }

            ResultValues.Find(
                message,
                value =>
                {
                    if (_known.Count < MaxValues && FormOf(value) is { } form && !_sent.Contains(LooseOf(value)))
                    {
                        _known.TryAdd(form, origin);
                    }
                }
            );
        }
    }

    /// <summary>Takes what a session that may be fooled sends: from now on it isn't believed when it comes back.</summary>
    public void Send(AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        lock (_lock)
        {
            // Not a request's method says what it tells: fields, a body and a channel that it opens do, too.
            _isOpen |= action.Target is HttpTarget;
            foreach (var text in ArgumentTexts.Of(action.Arguments, names: true))
            {
                Send(text);
            }
        }
    }

    /// <summary>A way out was opened in which nobody sees anything, now or later.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <summary>Where a value comes from; null when that isn't known.</summary>
    public ValueOrigin? Find(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_lock)
        {
            return FormOf(value) is { } form ? _known.GetValueOrDefault(form) : null;
        }
    }

    // By every reader that an answer is read by, and whatever the case and the blanks: it only ever disbelieves more.
    private void Send(string text)
    {
        ValueText.Find(text, brief: true, Note);
        ResultValues.FindInText(text, Note);
        foreach (var piece in text.Split(s_breaks, StringSplitOptions.RemoveEmptyEntries))
        {
            Note(piece);
        }

        _isLost |= text.Length > ValueText.MaxLength;
    }

    private void Note(string value)
    {
        if (FormOf(value) is not { } form || !_known.ContainsKey(form))
        {
            _isLost |= _sent.Count >= MaxSent;
            _ = !_isLost && _sent.Add(LooseOf(value));
        }
    }

    // A server may trim, fold and lower what it was given before it gives it back.
    private UInt128 LooseOf(string value)
    {
        var loose = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (
                !Rune.IsWhiteSpace(rune)
                && !Rune.IsControl(rune)
                && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format
            )
            {
                loose.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        return DigestOf(loose.ToString());
    }

    // What comes from neither the user nor a trusted tool, as a whole or word by word. Yes and no choose nobody.
    private bool IsChosen(string text)
    {
        return text is not ("" or "true" or "false")
            && !IsKnown(text)
            && (
                text.Length > ValueForm.MaxLength
                || text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries) is [_]
                || !text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).All(IsKnown)
            );

        bool IsKnown(string value) => FormOf(value) is { } form && _known.ContainsKey(form);
    }

    private ValueOrigin? OriginOf(string source)
    {
        if (_sources.TryGetValue(source, out var known) || _sources.Count >= MaxSources)
        {
            return known;
        }

        return _sources[source] = new ValueOrigin(source);
    }

    private UInt128? FormOf(string value) => ValueForm.Of(value) is { } form ? DigestOf(form) : null;

    private UInt128 DigestOf(string text) => _hash.Of(MemoryMarshal.AsBytes(text.AsSpan()));

    private static SipHash KeyedAnew()
    {
        Span<ulong> key = stackalloc ulong[2];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(key));
        return new SipHash(key[0], key[1]);
    }
}
