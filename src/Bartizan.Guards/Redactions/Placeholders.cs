using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// What stands in the place of what was taken out: its kind and a number, the same for the same value throughout a session. Of values only
/// keyed hashes are kept, but for those that are to come back: these are in memory until the session is over, and nowhere else.
/// </summary>
internal sealed class Placeholders
{
    /// <summary>Values that are told apart; one more is named by its kind alone, and never comes back.</summary>
    public const int MaxValues = 4096;

    /// <summary>Characters of a value that may come back: the longest private key.</summary>
    public const int MaxValueLength = 16 << 10;

    /// <summary>Characters of all values that may come back.</summary>
    public const int MaxKept = 1 << 20;

    /// <summary>Shorter values are found by detectors alone: they stand in too much that is none.</summary>
    private const int LeastKnown = 3;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _naming = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _back = new(StringComparer.Ordinal);
    private KnownValues? _known;
    private int _kept;
    private bool _isOver;

    /// <summary>True when something may come back.</summary>
    public bool HasValues
    {
        get
        {
            lock (_naming)
            {
                return _values.Count > 0;
            }
        }
    }

    /// <summary>The name of a value; kept where it may come back.</summary>
    public string Of(string kind, ReadOnlySpan<char> value, bool comesBack = false)
    {
        kind = PlaceholderForm.Kinds.Contains(kind) ? kind : PlaceholderForm.Other;
        var text = value.ToString();
        var hash = Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\n{text}")));
        lock (_naming)
        {
            if (!_names.TryGetValue(hash, out var name))
            {
                if (_names.Count == MaxValues)
                {
                    return $"[{kind}]";
                }

                var number = _counts.GetValueOrDefault(kind) + 1;
                _counts[kind] = number;
                _names[hash] = name = $"[{kind}-{number}]";
            }

            if (comesBack && !_isOver && text.Length <= Math.Min(MaxValueLength, MaxKept - _kept))
            {
                if (_values.TryAdd(name, text))
                {
                    _kept += text.Length;
                    if (PlaceholderForm.IsCredential(kind))
                    {
                        Know(name, text);
                    }
                }
            }

            return name;
        }
    }

    /// <summary>The value behind a placeholder, brackets and all; false for one that was never given, or doesn't come back.</summary>
    public bool TryRestore(string name, [NotNullWhen(true)] out string? value)
    {
        lock (_naming)
        {
            return _values.TryGetValue(name, out value);
        }
    }

    /// <summary>A value came back: the agent will send it again, perhaps without what told a detector that it is one.</summary>
    public void CameBack(string name)
    {
        lock (_naming)
        {
            if (!PlaceholderForm.IsLiteral(name) && _values.TryGetValue(name, out var value))
            {
                Know(name, value);
            }
        }
    }

    private void Know(string name, string value)
    {
        if (_back.TryAdd(name, value))
        {
            _known = null;
        }
    }

    /// <summary>
    /// Where credentials, and values that came back, stand in a text, as words of their own: there no detector needs to know them again.
    /// </summary>
    public IReadOnlyList<(int Start, int End, string Name)> PlacesIn(string text)
    {
        KnownValues? known;
        lock (_naming)
        {
            known = _back.Count == 0 ? null : _known ??= KnownValues.Of(_back);
        }

        return known?.In(text) ?? [];
    }

    /// <summary>The session is over: nothing comes back any more, and no value is left here.</summary>
    public void Forget()
    {
        lock (_naming)
        {
            _isOver = true;
            _values.Clear();
            _back.Clear();
            _known = null;
            _kept = 0;
        }
    }

    /// <summary>Says nothing of what it holds.</summary>
    public override string ToString() => "***";

    private sealed record KnownValues(
        SearchValues<string> Search,
        FrozenDictionary<char, (string Value, string Name)[]> ByStart
    )
    {
        public static KnownValues? Of(Dictionary<string, string> values)
        {
            var all = values.Where(one => one.Value.Length >= LeastKnown).Select(one => (one.Value, one.Key)).ToList();
            return all.Count == 0
                ? null
                : new KnownValues(
                    SearchValues.Create([.. all.Select(one => one.Value)], StringComparison.Ordinal),
                    all.GroupBy(one => one.Value[0])
                        .ToFrozenDictionary(
                            group => group.Key,
                            group => group.OrderByDescending(one => one.Value.Length).ToArray()
                        )
                );
        }

        public List<(int Start, int End, string Name)> In(string text)
        {
            var places = new List<(int, int, string)>();
            for (var at = 0; text.AsSpan(at).IndexOfAny(Search) is >= 0 and var next; )
            {
                at += next;
                var one = ByStart[text[at]].FirstOrDefault(one => IsWordAt(text, at, one.Value));
                if (one.Name is not null)
                {
                    places.Add((at, at + one.Value.Length, one.Name));
                }

                at += one.Name is null ? 1 : one.Value.Length;
            }

            return places;
        }

        private static bool IsWordAt(string text, int at, string value)
        {
            var end = at + value.Length;
            return text.AsSpan(at).StartsWith(value)
                && !(at > 0 && char.IsLetterOrDigit(text[at - 1]) && char.IsLetterOrDigit(value[0]))
                && !(end < text.Length && char.IsLetterOrDigit(text[end]) && char.IsLetterOrDigit(value[^1]));
        }
    }
}
