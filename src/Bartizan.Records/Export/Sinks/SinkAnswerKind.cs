namespace Bartizan.Records.Export.Sinks;

/// <summary>How sending a batch ended. Zero means that nothing is known, which is the same as not taken.</summary>
public enum SinkAnswerKind
{
    /// <summary>Not taken now; the same again later.</summary>
    Later = 0,

    /// <summary>Every entry was taken.</summary>
    Taken,

    /// <summary>Something in the batch will never be taken.</summary>
    Refused,

    /// <summary>The answer is of each entry by itself.</summary>
    Mixed,

    /// <summary>The connection ended, and what was written before may be lost with it.</summary>
    Broken,
}
