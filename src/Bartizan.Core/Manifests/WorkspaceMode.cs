namespace Bartizan.Core.Manifests;

/// <summary>How writes to the workspace land.</summary>
public enum WorkspaceMode
{
    /// <summary>Nothing can be written.</summary>
    ReadOnly = 0,

    /// <summary>Writes land in a view; a person applies them.</summary>
    Staged,

    /// <summary>Staged, and applied by itself at the end.</summary>
    ReadWrite,
}
