namespace Bartizan.Log;

/// <summary>A store beside the log whose bytes must be durable no later than the leaves that point at them.</summary>
public interface ILogCompanion
{
    /// <summary>
    /// Makes durable what the leaves of this commit brought with them. Called by the log's writer before the commit is
    /// written; cheap when there is nothing. If it throws, the commit fails and the log with it.
    /// </summary>
    /// <param name="disk">The disk to write and sync with.</param>
    /// <returns>How many files were synced.</returns>
    int Flush(Disks.ILogDisk disk);
}
