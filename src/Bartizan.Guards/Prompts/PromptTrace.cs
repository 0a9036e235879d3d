namespace Bartizan.Guards.Prompts;

/// <summary>
/// How much of a system prompt a content holds: the longest stretch of it, word by word, and the share of a prompt's shingles. Either is
/// enough; a sentence that many people would write in the same words is shorter than both.
/// </summary>
internal sealed class PromptTrace(PromptShingles known)
{
    /// <summary>From this score on it is a finding; at it, half of all that could be there is.</summary>
    public const double Threshold = 0.5;

    /// <summary>Words in a row that are no coincidence.</summary>
    private const int RunWords = 12;

    /// <summary>Letters that they have at least.</summary>
    private const int RunLetters = 24;

    /// <summary>A share of a prompt that is no coincidence, in whatever order.</summary>
    private const double Share = 0.25;

    /// <summary>Shingles that such a share is at least.</summary>
    private const int LeastShared = 24;

    /// <summary>Shingles that are told apart in one content; more, and it was found long before.</summary>
    private const int MaxShared = 65_536;

    private readonly HashSet<ulong> _seen = [];
    private readonly int[] _shared = new int[PromptShingles.MaxPrompts];

    /// <summary>How much was found so far.</summary>
    public double Score { get; private set; }

    /// <summary>True when it is enough.</summary>
    public bool IsFound => Score >= Threshold;

    /// <summary>Looks at a text.</summary>
    public void See(ReadOnlySpan<char> text)
    {
        var run = known.Run();
        var (row, letters) = (0, 0);
        foreach (var (start, length) in new PromptWords(text))
        {
            if (run.Next(text.Slice(start, length)) is not { } shingle)
            {
                continue;
            }

            var (prompt, size) = known.PromptOf(shingle);
            if (prompt < 0)
            {
                (row, letters) = (0, 0);
                continue;
            }

            row++;
            letters += length;
            var words = Math.Min(row + PromptShingles.Words - 1, letters * RunWords / RunLetters);
            Score = Math.Max(Score, Math.Min(1, Threshold * words / RunWords));
            if (_seen.Count < MaxShared && _seen.Add(shingle) && ++_shared[prompt] >= LeastShared)
            {
                Score = Math.Max(Score, Math.Min(1, Threshold * _shared[prompt] / (Share * size)));
            }
        }
    }
}
