namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>How the bubblewrap backend is set up on this host.</summary>
public sealed record BubblewrapOptions
{
    /// <summary>
    /// Host users for sandboxes when the daemon is root, one each: out of the way of people, services and the first ranges of
    /// subordinate ids, which start at 100000.
    /// </summary>
    public const int FirstHostUserDefault = 210_000;

    /// <summary>Where root keeps what all daemons of this host share: which host users are taken, and the stage.</summary>
    public string RuntimeDirectory { get; init; } = "/run/bartizan";

    /// <summary>The first host user of the pool.</summary>
    public int FirstHostUser { get; init; } = FirstHostUserDefault;

    /// <summary>The size of the pool: the most sandboxes at a time.</summary>
    public int HostUserCount { get; init; } = 65_536;

    /// <summary>From spawn to ready. A launch takes milliseconds; what takes longer than this is stuck.</summary>
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From the first blow to verified empty; a process in uninterruptible sleep can exceed it, and that is reported.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
