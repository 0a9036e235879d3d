namespace Bartizan.Log.Witnessing;

/// <summary>The bounds of asking witnesses.</summary>
public sealed record WitnessRoundOptions
{
    /// <summary>For one witness's answer: it checks a proof and writes a small file.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two rounds when one was not enough.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a witness which fails again and again is left alone: doubled from <see cref="RetryAfter"/> on.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A checkpoint that waits longer for its cosignatures is an alarm.</summary>
    public TimeSpan AlarmAfter { get; init; } = TimeSpan.FromSeconds(30);
}
