using System.Collections.Immutable;

namespace Bartizan.Records.Export.Sinks;

/// <summary>How sending a batch ended.</summary>
public sealed record SinkAnswer
{
    private SinkAnswer(SinkAnswerKind kind) => Kind = kind;

    /// <summary>How.</summary>
    public SinkAnswerKind Kind { get; }

    /// <summary>What was wrong, in words fit for a person's screen; empty when nothing was.</summary>
    public string Problem { get; private init; } = "";

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>Of a mixed answer: what will never be taken, with the reason.</summary>
    public ImmutableDictionary<long, string> RefusedEntries { get; private init; } =
        ImmutableDictionary<long, string>.Empty;

    /// <summary>Of a mixed answer: what is to be sent again.</summary>
    public ImmutableHashSet<long> LaterEntries { get; private init; } = [];

    /// <summary>Every entry was taken.</summary>
    public static SinkAnswer Taken { get; } = new(SinkAnswerKind.Taken);

    /// <summary>Not taken now.</summary>
    public static SinkAnswer Later(string problem, TimeSpan? after = null) =>
        new(SinkAnswerKind.Later) { Problem = problem, After = after };

    /// <summary>Something in it will never be taken.</summary>
    public static SinkAnswer Refused(string problem) => new(SinkAnswerKind.Refused) { Problem = problem };

    /// <summary>The connection ended.</summary>
    public static SinkAnswer Broken(string problem) => new(SinkAnswerKind.Broken) { Problem = problem };

    /// <summary>Each entry by itself; what is in neither was taken.</summary>
    public static SinkAnswer Mixed(
        IEnumerable<KeyValuePair<long, string>> refused,
        IEnumerable<long> later,
        string problem,
        TimeSpan? after = null
    ) =>
        new(SinkAnswerKind.Mixed)
        {
            RefusedEntries = refused.ToImmutableDictionary(),
            LaterEntries = [.. later],
            Problem = problem,
            After = after,
        };
}
