using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Views;

/// <summary>Compares a stage with its baseline. A file is read only when its identity says that it was touched.</summary>
internal sealed class DiffWalk(StagedWorkspace view)
{
    private readonly List<WorkspaceChange> _changes = [];
    private readonly LeftOutList _problems = new(view.Limits.Named);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _closed = [];
    private long _bytes;

    public WorkspaceDiff Run(CancellationToken cancellationToken)
    {
        using var root = FileCalls.OpenRoot(view.Tree, followLinks: true);
        var walk = new TreeWalk(root, view.Limits);
        foreach (var node in walk.Walk(cancellationToken))
        {
            if (node.Problem is { } problem)
            {
                Close(node.Path, problem);
                node.Skip = true;
                continue;
            }

            Compare(node, cancellationToken);
        }

        if (walk.Exceeded)
        {
            _problems.Add(
                ".",
                $"holds more than {view.Limits.Entries} files and directories: the diff is not complete"
            );
        }
        else
        {
            FindDeleted();
        }

        _changes.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new WorkspaceDiff([.. _changes], _problems.Named(), _problems.Count, !walk.Exceeded);
    }

    private void Compare(TreeNode node, CancellationToken cancellationToken)
    {
        var stat = node.Stat!;
        if (stat.Kind == NodeKind.Special)
        {
            Close(node.Path, $"is {stat.KindWords}");
            return;
        }

        _seen.Add(node.Path);
        if (stat.Kind != NodeKind.Link && (stat.RawMode & 0xC00) != 0)
        {
            _problems.Add(node.Path, "has a set-id bit, which is dropped");
        }

        var before = view.Baseline.Find(node.Path);
        if (before is null or { LeftOut: true })
        {
            before = new BaselineEntry { Path = node.Path, Kind = NodeKind.Nothing };
        }

        var change = stat.Kind switch
        {
            NodeKind.File => CompareFile(node, stat, before, cancellationToken),
            NodeKind.Link => CompareLink(node, before),
            _ => CompareDirectory(node, stat, before),
        };
        if (change is not null)
        {
            _changes.Add(change with { Danger = Dangers.Of(change) });
        }
    }

    private WorkspaceChange? CompareFile(
        TreeNode node,
        FileStat stat,
        BaselineEntry before,
        CancellationToken cancellationToken
    )
    {
        if (before.Kind == NodeKind.File && before.Staged == NodeIdentity.Of(stat))
        {
            return null;
        }

        if (stat.Size > view.Limits.ChangedFileBytes || (_bytes += stat.Size) > view.Limits.Bytes)
        {
            Close(node.Path, $"is too large to be applied ({stat.Size} bytes)");
            return null;
        }

        using var file = FileCalls.TryOpen(
            node.Parent,
            node.Name,
            FileCalls.ReadOnly | FileCalls.NonBlocking,
            0,
            out var error
        );
        if (file is null)
        {
            Close(node.Path, error == FileCalls.AccessDenied ? "can't be read" : "was swapped while it was looked at");
            return null;
        }

        var opened = FileCalls.Stat(file);
        if (opened.Kind != NodeKind.File)
        {
            Close(node.Path, "was swapped while it was looked at");
            return null;
        }

        var digest = FileCopy.Digest(file, view.Limits.ChangedFileBytes, cancellationToken);
        var sameContent = before.Kind == NodeKind.File && before.Digest == digest;
        var sameMode = (before.Mode & FileStat.PermissionBits) == opened.Mode;
        if (sameContent && sameMode)
        {
            return null;
        }

        return Make(node, before, NodeKind.File) with
        {
            Kind =
                before.Kind == NodeKind.Nothing ? ChangeKind.Added
                : sameContent ? ChangeKind.Mode
                : ChangeKind.Changed,
            ModeAfter = opened.Mode,
            SizeAfter = opened.Size,
            DigestAfter = digest,
        };
    }

    private WorkspaceChange? CompareLink(TreeNode node, BaselineEntry before)
    {
        var target = FileCalls.ReadLink(node.Parent, node.Name);
        if (target is null)
        {
            Close(node.Path, "is a symbolic link whose target is not UTF-8");
            return null;
        }

        return before.Kind == NodeKind.Link && before.LinkTarget == target
            ? null
            : Make(node, before, NodeKind.Link) with
            {
                LinkTarget = target,
            };
    }

    private static WorkspaceChange? CompareDirectory(TreeNode node, FileStat stat, BaselineEntry before)
    {
        if (before.Kind != NodeKind.Directory)
        {
            return Make(node, before, NodeKind.Directory) with { ModeAfter = stat.Mode };
        }

        return (before.Mode & FileStat.PermissionBits) == stat.Mode
            ? null
            : Make(node, before, NodeKind.Directory) with
            {
                Kind = ChangeKind.Mode,
                ModeAfter = stat.Mode,
            };
    }

    private static WorkspaceChange Make(TreeNode node, BaselineEntry before, NodeKind after) =>
        new()
        {
            Path = node.Path,
            Kind = before.Kind == NodeKind.Nothing ? ChangeKind.Added : ChangeKind.Changed,
            Before = before.Kind,
            After = after,
            ModeBefore = before.Mode & FileStat.PermissionBits,
            SizeBefore = before.Size,
            DigestBefore = before.Digest,
        };

    /// <summary>Names a path that can't be taken. What the baseline has there and below counts as neither changed nor deleted.</summary>
    private void Close(string path, string reason)
    {
        _problems.Add(path, reason);
        _closed.Add(path);
        _seen.Add(path);
    }

    private void FindDeleted()
    {
        var closed = _closed.ToHashSet(StringComparer.Ordinal);
        foreach (var entry in view.Baseline.Entries)
        {
            if (entry.LeftOut || _seen.Contains(entry.Path) || Below(closed, entry.Path))
            {
                continue;
            }

            var change = new WorkspaceChange
            {
                Path = entry.Path,
                Kind = ChangeKind.Deleted,
                Before = entry.Kind,
                ModeBefore = entry.Mode & FileStat.PermissionBits,
                SizeBefore = entry.Size,
                DigestBefore = entry.Digest,
            };
            _changes.Add(change with { Danger = Dangers.Of(change) });
        }
    }

    private static bool Below(HashSet<string> closed, string path)
    {
        for (var end = path.LastIndexOf('/'); closed.Count > 0 && end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (closed.Contains(path[..end]))
            {
                return true;
            }
        }

        return false;
    }
}
