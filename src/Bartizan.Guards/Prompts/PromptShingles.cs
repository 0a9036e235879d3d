using System.Security.Cryptography;

namespace Bartizan.Guards.Prompts;

/// <summary>
/// The texts of a session's system prompts, as keyed hashes of each four words in a row. Letters' case, marks and blanks don't count; a
/// sign of a script that is written without blanks is a word of its own.
/// </summary>
internal sealed class PromptShingles
{
    /// <summary>Words of a shingle.</summary>
    public const int Words = 4;

    /// <summary>Hashes that are kept of one session, some quarter of a million characters; what comes after isn't known.</summary>
    public const int MaxShingles = 65_536;

    /// <summary>System prompts of one session that are told apart: sub-agents have their own.</summary>
    public const int MaxPrompts = 64;

    private readonly Lock _lock = new();
    private readonly ulong _base;
    private readonly HashSet<ulong> _texts = [];
    private readonly Dictionary<ulong, int> _prompts = [];
    private readonly int[] _sizes = new int[MaxPrompts];
    private int _count;

    /// <summary>Makes one with a key of its own.</summary>
    public PromptShingles()
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        _base = BitConverter.ToUInt64(key) | 1;
    }

    /// <summary>Adds a prompt; one that is known, or doesn't fit, isn't added.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var whole = 0UL;
        foreach (var c in text)
        {
            whole = (whole * _base) + c;
        }

        lock (_lock)
        {
            if (_count == MaxPrompts || !_texts.Add(whole))
            {
                return;
            }

            var size = 0;
            var run = new WordRun(_base);
            foreach (var (start, length) in new PromptWords(text))
            {
                if (run.Next(text.Slice(start, length)) is { } shingle && _prompts.Count < MaxShingles)
                {
                    size += _prompts.TryAdd(shingle, _count) ? 1 : 0;
                }
            }

            _sizes[_count++] = size;
        }
    }

    /// <summary>Begins to look at a content.</summary>
    public PromptTrace Trace() => new(this);

    /// <summary>Begins a run of words.</summary>
    public WordRun Run() => new(_base);

    /// <summary>Which prompt a shingle is of, and of how many that one is; -1 when it is of none.</summary>
    public (int Prompt, int Size) PromptOf(ulong shingle)
    {
        lock (_lock)
        {
            return _prompts.TryGetValue(shingle, out var prompt) ? (prompt, _sizes[prompt]) : (-1, 0);
        }
    }
}
