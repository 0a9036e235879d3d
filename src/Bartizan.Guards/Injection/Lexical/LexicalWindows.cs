namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// Weighs a text window by window as it is read, and keeps the worst. A window is some steps of words long and moves by a step; several
/// lengths are tried, so that a short order in a long text isn't drowned.
/// </summary>
internal struct LexicalWindows : IFeatureSink
{
    /// <summary>Words of a step.</summary>
    public const int StepWords = 8;

    /// <summary>Steps of the longest window.</summary>
    public const int MaxSteps = 12;

    /// <summary>What a window's features are at least taken for, so that a single word isn't an attack.</summary>
    public const float LeastFeatures = 60;

    private readonly LexicalHead _head;
    private LexicalSteps _steps;
    private int _count;
    private int _sum;
    private int _features;
    private int _words;
    private int _start;
    private int _end;

    public LexicalWindows(LexicalHead head)
    {
        _head = head;
        Score = float.NegativeInfinity;
    }

    /// <summary>Lengths of windows, in steps.</summary>
    public static ReadOnlySpan<int> Lengths => [2, 5, 12];

    /// <summary>The worst window's score; minus infinity where there is no word.</summary>
    public float Score { get; private set; }

    /// <summary>Where the worst window begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <inheritdoc/>
    public void Add(uint feature)
    {
        _sum += _head.Weight(feature);
        _features++;
    }

    /// <inheritdoc/>
    public void EndWord(int start, int end)
    {
        if (_words == 0)
        {
            _start = start;
        }

        _end = end;
        if (++_words == StepWords)
        {
            EndStep();
        }
    }

    /// <summary>The text is over.</summary>
    public void Complete()
    {
        if (_words > 0 || _count == 0)
        {
            EndStep();
        }

        // A text shorter than the shortest window is one.
        if (_count < Lengths[0])
        {
            Weigh(_count);
        }
    }

    /// <summary>How much a window weighs.</summary>
    public static float Of(float sum, int features, LexicalHead head) =>
        head.Bias + (sum * head.Scale / MathF.Sqrt(MathF.Max(features, LeastFeatures)));

    private void EndStep()
    {
        if (_words == 0)
        {
            return;
        }

        _steps[_count % MaxSteps] = new LexicalStep(_sum, _features, _start, _end);
        _count++;
        (_sum, _features, _words) = (0, 0, 0);
        foreach (var length in Lengths)
        {
            if (_count >= length)
            {
                Weigh(length);
            }
        }
    }

    private void Weigh(int length)
    {
        var (sum, features) = (0, 0);
        for (var back = 1; back <= length; back++)
        {
            ref readonly var step = ref _steps[(_count - back) % MaxSteps];
            sum += step.Sum;
            features += step.Features;
        }

        var score = Of(sum, features, _head);
        if (length > 0 && score > Score)
        {
            Score = score;
            Start = _steps[(_count - length) % MaxSteps].Start;
            End = _steps[(_count - 1) % MaxSteps].End;
        }
    }
}
