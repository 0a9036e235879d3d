namespace Bartizan.Sandbox;

/// <summary>By which means processes are held while a session is paused.</summary>
public enum PauseTier
{
    /// <summary>Not paused.</summary>
    None = 0,

    /// <summary>SIGSTOP to every process: the weaker tier, a process that is just being made may run on for a moment.</summary>
    Stop,

    /// <summary>The freezer of cgroup v1.</summary>
    FreezerV1,

    /// <summary>The freezer of cgroup v2.</summary>
    FreezerV2,
}
