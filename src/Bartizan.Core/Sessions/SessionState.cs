namespace Bartizan.Core.Sessions;

/// <summary>Where a session stands. Only its owner, the daemon, moves it; every move is an entry.</summary>
public enum SessionState
{
    /// <summary>Being built; nothing passes.</summary>
    Preparing = 0,

    /// <summary>Actions pass.</summary>
    Running,

    /// <summary>New passages wait; processes are frozen.</summary>
    Paused,

    /// <summary>Being taken down; nothing passes.</summary>
    Ending,

    /// <summary>Gone.</summary>
    Ended,
}
