namespace Bartizan.Posture.Credentials;

/// <summary>What a search looked at, and what it left out.</summary>
public sealed class SearchTally
{
    /// <summary>Bytes of text that were looked at.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Files and objects that were too large, unreadable or beyond the bounds.</summary>
    public int SkippedFiles { get; internal set; }

    /// <summary>Why the history or an image wasn't looked at, a sentence each.</summary>
    public IList<string> Problems { get; } = [];
}
