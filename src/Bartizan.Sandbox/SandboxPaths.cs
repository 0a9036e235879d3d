namespace Bartizan.Sandbox;

/// <summary>Names inside every sandbox that other rooms may rely on.</summary>
public static class SandboxPaths
{
    /// <summary>The agent's home: an empty sized tmpfs.</summary>
    public const string Home = "/home/agent";

    /// <summary>The workspace.</summary>
    public const string Workspace = "/workspace";

    /// <summary>Sized tmpfs.</summary>
    public const string Temporary = "/tmp";

    /// <summary>The helper that takes the last privileges away and starts the agent; the agent itself cannot reach it.</summary>
    public const string Helper = "/.bartizan-helper";

    /// <summary>The agent's user and group id inside.</summary>
    public const int AgentId = 10000;

    /// <summary>The agent's user name inside.</summary>
    public const string AgentName = "agent";

    /// <summary>Where programs are searched inside.</summary>
    public const string SearchPath = "/usr/local/bin:/usr/bin:/bin";
}
