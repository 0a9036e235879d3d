namespace Bartizan.Daemon.Journals;

/// <summary>Counts entries that should have been written and could not be, until the log can be told.</summary>
public sealed class LostEntries
{
    private long _count;

    /// <summary>One more.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>How many, which are then the caller's to tell.</summary>
    public long Take() => Interlocked.Exchange(ref _count, 0);

    /// <summary>They could not be told.</summary>
    public void PutBack(long count) => Interlocked.Add(ref _count, count);
}
