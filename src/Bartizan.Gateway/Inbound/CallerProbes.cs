namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Tells callers who try out what isn't let through: many refusals in a time, or refused texts that are nearly the same, over and over.
/// What is remembered of a text are its smallest shingle hashes (bottom-k sketch, Broder 1997), which tell how much two texts share and
/// nothing of what they say. It decides nothing: what it tells is a finding.
/// </summary>
internal sealed class CallerProbes(TimeProvider clock)
{
    /// <summary>Callers that are counted at once; then those longest without a refusal are forgotten.</summary>
    public const int MaxCallers = 4096;

    /// <summary>Refused texts of one caller that are remembered.</summary>
    public const int MaxTexts = 8;

    /// <summary>Refusals within <see cref="Window"/> that are a finding: a client with a mistake in it is told so and stops.</summary>
    public const int Many = 20;

    /// <summary>Texts like a refused one, refused before, that are a finding.</summary>
    public const int Alike = 4;

    /// <summary>For how long refusals are counted together, and how long a caller isn't told of twice.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Kept = 32;
    private const int ShingleBytes = 5;
    private const int MaxReadBytes = 16 << 10;
    private const double LeastShared = 0.4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Tried> _callers = new(StringComparer.Ordinal);

    /// <summary>Callers that are counted now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _callers.Count;
            }
        }
    }

    /// <summary>Counts a refusal; what is to be told of its caller, or null.</summary>
    public string? Refused(string caller, ReadOnlySpan<byte> text)
    {
        var sketch = SketchOf(text[..Math.Min(text.Length, MaxReadBytes)]);
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            var tried = Of(caller, now);
            var alike = sketch.Length == 0 ? 0 : tried.Texts.Count(before => IsAlike(before, sketch));
            tried.Refusals++;
            tried.Last = now;
            if (sketch.Length > 0)
            {
                tried.Texts.Enqueue(sketch);
                while (tried.Texts.Count > MaxTexts)
                {
                    tried.Texts.Dequeue();
                }
            }

            if (tried.IsTold || (tried.Refusals < Many && alike < Alike))
            {
                return null;
            }

            tried.IsTold = true;
            return alike >= Alike
                ? $"{alike + 1} refused requests of one caller are variants of one text"
                : $"{tried.Refusals} requests of one caller were refused within {Window.TotalMinutes:0} minutes";
        }
    }

    private Tried Of(string caller, long now)
    {
        if (_callers.TryGetValue(caller, out var tried) && clock.GetElapsedTime(tried.Since, now) < Window)
        {
            return tried;
        }

        if (!_callers.ContainsKey(caller) && _callers.Count >= MaxCallers)
        {
            _callers.Remove(_callers.MinBy(one => one.Value.Last).Key);
        }

        return _callers[caller] = new Tried(now);
    }

    // Of both together the smallest, and how many of those are in both.
    private static bool IsAlike(ulong[] one, ulong[] other)
    {
        var (i, j, all, both) = (0, 0, 0, 0);
        while (all < Kept && i < one.Length && j < other.Length)
        {
            all++;
            if (one[i] == other[j])
            {
                both++;
                i++;
                j++;
            }
            else if (one[i] < other[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return all > 0 && both >= all * LeastShared && both < all;
    }

    // Blanks, case and signs change nothing.
    private static ulong[] SketchOf(ReadOnlySpan<byte> text)
    {
        var letters = new byte[text.Length];
        var length = 0;
        foreach (var b in text)
        {
            if (b >= 0x80 || char.IsAsciiLetterOrDigit((char)b))
            {
                letters[length++] = b < 0x80 ? (byte)char.ToLowerInvariant((char)b) : b;
            }
        }

        var hashes = new SortedSet<ulong>();
        for (var at = 0; at + ShingleBytes <= length; at++)
        {
            hashes.Add(Hash(letters.AsSpan(at, ShingleBytes)));
            if (hashes.Count > Kept)
            {
                hashes.Remove(hashes.Max);
            }
        }

        return [.. hashes];
    }

    // FNV-1a with the finalizer of SplitMix64: smallest hashes are to be any, and nobody gains by choosing them.
    private static ulong Hash(ReadOnlySpan<byte> shingle)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in shingle)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9UL;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebUL;
        return hash ^ (hash >> 31);
    }

    private sealed class Tried(long since)
    {
        public long Since => since;

        public long Last { get; set; }

        public int Refusals { get; set; }

        public bool IsTold { get; set; }

        public Queue<ulong[]> Texts { get; } = new();
    }
}
