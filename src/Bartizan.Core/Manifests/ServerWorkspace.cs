namespace Bartizan.Core.Manifests;

/// <summary>How a tool server in a sandbox of its own sees the workspace of its agent's run.</summary>
public enum ServerWorkspace
{
    /// <summary>It reads it.</summary>
    ReadOnly = 0,

    /// <summary>It writes to the staged copy; what becomes of that is decided as for the agent's own changes.</summary>
    ReadWrite,
}
