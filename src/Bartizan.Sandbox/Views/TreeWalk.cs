using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Walks a tree that somebody hostile may be changing: depth first, names sorted, parents before children, one open descriptor
/// for each level, never through a symbolic link, never out of the root, never into another file system's device files.
/// </summary>
internal sealed class TreeWalk(SafeFileHandle root, ViewLimits limits)
{
    private int _entries;

    /// <summary>True once the tree had more entries than the limit; the walk has then stopped.</summary>
    public bool Exceeded { get; private set; }

    public IEnumerable<TreeNode> Walk(CancellationToken cancellationToken)
    {
        var levels = new Stack<Level>();
        try
        {
            levels.Push(Enter(FileCalls.TryOpen(root, "", FileCalls.ReadOnly | FileCalls.Directory, 0, out _)!, ""));
            while (levels.TryPeek(out var level))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (level.Unreadable.Count > 0)
                {
                    yield return NotText(level);
                    continue;
                }

                if (level.Next == level.Names.Count || Exceeded)
                {
                    level.Handle.Dispose();
                    levels.Pop();
                    continue;
                }

                if (++_entries > limits.Entries)
                {
                    Exceeded = true;
                    continue;
                }

                var node = Look(level, level.Names[level.Next++], levels.Count);
                if (node is null)
                {
                    continue;
                }

                yield return node;
                if (node is { Skip: false, Problem: null, Stat.Kind: NodeKind.Directory })
                {
                    var (below, problem) = Descend(level, node);
                    if (below is not null)
                    {
                        levels.Push(below);
                    }
                    else if (problem is not null)
                    {
                        yield return new TreeNode(node.Path, node.Name, node.Parent, null, problem);
                    }
                }
            }
        }
        finally
        {
            foreach (var level in levels)
            {
                level.Handle.Dispose();
            }
        }
    }

    private TreeNode? Look(Level level, string name, int depth)
    {
        var path = level.Path.Length == 0 ? name : $"{level.Path}/{name}";
        if (System.Text.Encoding.UTF8.GetByteCount(path) > limits.PathBytes)
        {
            return new TreeNode(path, name, level.Handle, null, $"has a path longer than {limits.PathBytes} bytes");
        }

        var stat = FileCalls.TryStat(level.Handle, name, out var error);
        if (stat is null)
        {
            return error == FileCalls.NoEntry
                ? null
                : new TreeNode(path, name, level.Handle, null, "can't be looked at");
        }

        return depth > limits.Depth
            ? new TreeNode(path, name, level.Handle, stat, $"lies more than {limits.Depth} directories deep")
            : new TreeNode(path, name, level.Handle, stat, null);
    }

    private (Level? Below, string? Problem) Descend(Level level, TreeNode node)
    {
        var flags = FileCalls.ReadOnly | FileCalls.Directory;
        var handle = FileCalls.TryOpen(level.Handle, node.Name, flags, 0, out var error);
        return handle is not null ? (Enter(handle, node.Path), null)
            : error == FileCalls.NoEntry ? (null, null)
            : (null, error == FileCalls.AccessDenied ? "can't be read" : "was swapped while it was looked at");
    }

    private Level Enter(SafeFileHandle handle, string path)
    {
        var unreadable = new List<string>();
        var names = DirectoryCalls.Names(handle, limits.Entries - _entries, unreadable);
        return new Level(handle, path, names, unreadable);
    }

    private static TreeNode NotText(Level level)
    {
        var name = level.Unreadable[^1];
        level.Unreadable.RemoveAt(level.Unreadable.Count - 1);
        var path = level.Path.Length == 0 ? name : $"{level.Path}/{name}";
        return new TreeNode(path, name, level.Handle, null, "has a name that is not UTF-8");
    }

    private sealed class Level(SafeFileHandle handle, string path, List<string> names, List<string> unreadable)
    {
        public SafeFileHandle Handle { get; } = handle;

        public string Path { get; } = path;

        public List<string> Names { get; } = names;

        public List<string> Unreadable { get; } = unreadable;

        public int Next { get; set; }
    }
}
