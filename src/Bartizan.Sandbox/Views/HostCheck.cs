using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>Tells whether the host still has at a path what the session started from.</summary>
internal sealed class HostCheck(StagedWorkspace view, SafeFileHandle host, HashSet<string> granted)
{
    /// <summary>
    /// Null when the change can be applied; else what the person did meanwhile. <paramref name="already"/>: the host
    /// has it so.
    /// </summary>
    public string? Conflict(WorkspaceChange change, CancellationToken cancellationToken, out bool already)
    {
        already = false;
        var slash = change.Path.LastIndexOf('/');
        var folder = slash < 0 ? "" : change.Path[..slash];
        using var parent = FileCalls.TryOpen(host, folder, FileCalls.ReadOnly | FileCalls.Directory, 0, out _);
        if (parent is null)
        {
            already = change.Kind == ChangeKind.Deleted;
            return already || granted.Contains(folder) ? null : "its directory is gone or was replaced meanwhile";
        }

        var name = change.Path[(slash + 1)..];
        var stat = FileCalls.Stat(parent, name);
        if (stat is null)
        {
            already = change.Kind == ChangeKind.Deleted;
            return already || change.Before == NodeKind.Nothing ? null : "was deleted meanwhile";
        }

        if (Same(change, parent, name, stat, cancellationToken))
        {
            already = true;
            return null;
        }

        if (change.Before == NodeKind.Nothing)
        {
            return "was made meanwhile";
        }

        if (stat.Kind != change.Before)
        {
            return $"is {stat.KindWords} meanwhile";
        }

        return change.Before switch
        {
            NodeKind.File => FileConflict(parent, name, stat, cancellationToken),
            NodeKind.Link => FileCalls.ReadLink(parent, name) == view.Baseline.Find(change.Path)!.LinkTarget
                ? null
                : "points elsewhere meanwhile",
            NodeKind.Directory when change.After is not (NodeKind.Directory or NodeKind.Nothing) => Occupied(
                change.Path,
                cancellationToken
            ),
            _ => null,
        };

        string? FileConflict(SafeFileHandle directory, string file, FileStat now, CancellationToken token)
        {
            var baseline = view.Baseline.Find(change.Path)!;
            if (baseline.Host == NodeIdentity.Of(now))
            {
                return null;
            }

            var sameMode = (now.RawMode & FileStat.AllModeBits) == baseline.Mode;
            return
                sameMode
                && now.Size == baseline.Size
                && DigestOf(directory, file, now, token) == baseline.Digest.ToString()
                ? null
                : "was changed meanwhile";
        }
    }

    /// <summary>Whether the host has by itself what the change would make.</summary>
    private static bool Same(
        WorkspaceChange change,
        SafeFileHandle parent,
        string name,
        FileStat stat,
        CancellationToken cancellationToken
    ) =>
        stat.Kind == change.After
        && change.After switch
        {
            NodeKind.Link => FileCalls.ReadLink(parent, name) == change.LinkTarget,
            NodeKind.Directory => change.Kind != ChangeKind.Mode || stat.Mode == change.ModeAfter,
            NodeKind.File => stat.Size == change.SizeAfter
                && stat.Mode == change.ModeAfter
                && DigestOf(parent, name, stat, cancellationToken) == change.DigestAfter.ToString(),
            _ => false,
        };

    private static string DigestOf(
        SafeFileHandle parent,
        string name,
        FileStat stat,
        CancellationToken cancellationToken
    )
    {
        using var file = FileCalls.TryOpen(parent, name, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out _);
        return file is not null && FileCalls.Stat(file).Kind == NodeKind.File
            ? FileCopy.Digest(file, stat.Size, cancellationToken).ToString()
            : "";
    }

    /// <summary>A directory that shall become something else must hold nothing but what is deleted with it.</summary>
    private string? Occupied(string path, CancellationToken cancellationToken)
    {
        using var directory = FileCalls.TryOpen(host, path, FileCalls.ReadOnly | FileCalls.Directory, 0, out _);
        if (directory is null)
        {
            return "was replaced meanwhile";
        }

        foreach (var node in new TreeWalk(directory, view.Limits).Walk(cancellationToken))
        {
            if (!granted.Contains($"{path}/{node.Path}"))
            {
                return $"can't be replaced: the host has `{Visible.Text(node.Path)}` in it";
            }
        }

        return null;
    }
}
