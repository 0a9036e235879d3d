using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>One node that a <see cref="TreeWalk"/> came by.</summary>
internal sealed class TreeNode(string path, string name, SafeFileHandle parent, FileStat? stat, string? problem)
{
    public string Path { get; } = path;

    public string Name { get; } = name;

    /// <summary>The directory it stands in; open until the walk goes on.</summary>
    public SafeFileHandle Parent { get; } = parent;

    /// <summary>Null when there is only a <see cref="Problem"/>.</summary>
    public FileStat? Stat { get; } = stat;

    /// <summary>Why this node (and all below it) can't be taken; null when it can.</summary>
    public string? Problem { get; } = problem;

    /// <summary>The consumer's word that the walk shall not go below.</summary>
    public bool Skip { get; set; }
}
