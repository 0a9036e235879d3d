namespace Bartizan.Client.Workspaces;

/// <summary>One change of a workspace.</summary>
/// <param name="Kind">added, changed, deleted, mode, link.</param>
/// <param name="Path">Relative to the workspace, printable.</param>
public sealed record WorkspaceChangeLine(string Kind, string Path);
