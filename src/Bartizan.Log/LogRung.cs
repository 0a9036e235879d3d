namespace Bartizan.Log;

/// <summary>
/// How far an entry has come. Each rung holds against more than the one below: a crash, damage on the disk, a thief of the
/// disk, and whoever holds the log's own key.
/// </summary>
public enum LogRung
{
    /// <summary>In line; nothing is promised.</summary>
    Accepted = 0,

    /// <summary>On stable storage: it survives a crash.</summary>
    Durable,

    /// <summary>Read back from the files and hashed into the tree and its tiles.</summary>
    Integrated,

    /// <summary>Covered by a signed checkpoint, whose tiles are published: it can be proven.</summary>
    Published,

    /// <summary>Covered by a checkpoint that enough witnesses co-signed: not even the operator can rewrite it unseen.</summary>
    Witnessed,
}
