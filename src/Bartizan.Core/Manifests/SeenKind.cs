namespace Bartizan.Core.Manifests;

/// <summary>What of the inside of a sandbox becomes entries; the more comes first.</summary>
public enum SeenKind
{
    /// <summary>Programs that are started, files that are written, removed and read.</summary>
    All = 0,

    /// <summary>Programs that are started.</summary>
    Programs,

    /// <summary>Nothing.</summary>
    Nothing,
}
