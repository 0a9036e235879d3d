namespace Bartizan.Daemon.Sessions;

/// <summary>What the tool servers of a session start from.</summary>
/// <param name="SearchPath">The PATH on which their commands are found; empty for the system's.</param>
/// <param name="Folder">The manifest's folder.</param>
/// <param name="Stage">The staged workspace of a run; null where there is none.</param>
/// <param name="Workspace">The workspace itself, on the host; empty where there is none.</param>
public sealed record ServerGround(string SearchPath, string Folder, string? Stage, string Workspace = "");
