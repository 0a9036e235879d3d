namespace Bartizan.Gateway.Readers;

/// <summary>How a reading ended. What an agent hears of it is one of these sentences: no word of it is the content's.</summary>
internal enum ReadingEnd
{
    /// <summary>Not at all.</summary>
    Unknown = 0,

    /// <summary>With values.</summary>
    Given,

    /// <summary>The source was refused, failed, or gave too much or no text.</summary>
    NothingToRead,

    /// <summary>The model was refused, or gave no answer.</summary>
    NoAnswer,

    /// <summary>The answer wasn't of the shape, twice.</summary>
    Misfit,

    /// <summary>Too many readings of the session are under way.</summary>
    Busy,

    /// <summary>It took too long.</summary>
    Late,
}
