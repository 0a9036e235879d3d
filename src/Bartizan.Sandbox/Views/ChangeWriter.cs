using System.Security.Cryptography;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Carries granted changes out below one root. New content is first written and synced under a temporary name in the nearest
/// directory that exists; only when all of it is there are nodes deleted, made and renamed.
/// </summary>
internal sealed class ChangeWriter(
    SafeFileHandle stage,
    SafeFileHandle root,
    UnixOwner? owner,
    ViewLimits limits,
    LeftOutList problems
)
{
    private const string TemporaryPrefix = ".bartizan-";
    private readonly Dictionary<string, (string Folder, string Name)> _prepared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    public void Write(IReadOnlyList<WorkspaceChange> changes, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var change in changes.Where(c => c is { After: NodeKind.File, Kind: not ChangeKind.Mode }))
            {
                Prepare(change, cancellationToken);
            }
        }
        catch (Exception e)
        {
            DropPrepared();
            throw e is OperationCanceledException ? e : new ViewException($"nothing was applied: {e.Message}", e);
        }

        // From here on it is not cancelled: a workspace half changed is worse than one changed late.
        var done = 0;
        try
        {
            foreach (var change in changes.OrderByDescending(c => c.Path, StringComparer.Ordinal))
            {
                Remove(change);
            }

            foreach (var change in changes.OrderBy(c => c.Path, StringComparer.Ordinal))
            {
                Make(change);
                done++;
            }

            foreach (var folder in _touched)
            {
                using var directory = Open(folder);
                if (directory is not null)
                {
                    FileCalls.Sync(directory);
                }
            }
        }
        catch (IOException e)
        {
            DropPrepared();
            throw new ViewException(
                $"{done} of {changes.Count} changes were applied, then it broke: {e.Message}; apply again to go on",
                e
            );
        }
    }

    private void Prepare(WorkspaceChange change, CancellationToken cancellationToken)
    {
        using var from =
            FileCalls.TryOpen(stage, change.Path, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out var error)
            ?? throw FileCalls.Failed("read", change.Path, error);
        var folder = ParentOf(change.Path);
        var directory = Open(folder);
        while (directory is null)
        {
            folder = ParentOf(folder);
            directory = Open(folder);
        }

        using (directory)
        {
            var temporary = TemporaryPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true);
            const int flags = FileCalls.ReadWrite | FileCalls.Create | FileCalls.Exclusive;
            using var to =
                FileCalls.TryOpen(directory, temporary, flags, 0x180, out error)
                ?? throw FileCalls.Failed("write", change.Path, error);
            _prepared.Add(change.Path, (folder, temporary));
            var copied = FileCopy.Copy(from, to, limits.ChangedFileBytes, cancellationToken);
            if (copied.Digest != change.DigestAfter)
            {
                throw new IOException($"`{change.Shown}` changed in the stage after it was judged");
            }

            var old = change.Before == NodeKind.File ? FileCalls.Stat(directory, NameOf(change.Path)) : null;
            Give(change, to, old ?? FileCalls.Stat(directory));
            FileCalls.Permit(
                to,
                old is not null && change.ModeBefore == change.ModeAfter ? old.Mode : change.ModeAfter
            );
            FileCalls.Sync(to);
        }
    }

    private void Remove(WorkspaceChange change)
    {
        var gone = change.Kind == ChangeKind.Deleted;
        var replaced =
            change.Kind == ChangeKind.Changed
            && (change.Before == NodeKind.Directory) != (change.After == NodeKind.Directory);
        if (!gone && !replaced)
        {
            return;
        }

        using var parent = Open(ParentOf(change.Path));
        var name = NameOf(change.Path);
        if (parent is null || FileCalls.Stat(parent, name) is not { } stat || stat.Kind != change.Before)
        {
            return;
        }

        _touched.Add(ParentOf(change.Path));
        if (change.Before != NodeKind.Directory)
        {
            FileCalls.Unlink(parent, name);
        }
        else if (!FileCalls.RemoveDirectory(parent, name))
        {
            problems.Add(change.Path, "stays: the workspace has files in it that the view left out or that are new");
        }
    }

    private void Make(WorkspaceChange change)
    {
        if (change.After == NodeKind.Nothing)
        {
            return;
        }

        var folder = ParentOf(change.Path);
        var name = NameOf(change.Path);
        using var parent = Open(folder) ?? throw new IOException($"the directory of `{change.Shown}` can't be opened");
        _touched.Add(folder);
        if (change.Kind == ChangeKind.Mode)
        {
            using var node =
                FileCalls.TryOpen(parent, name, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out var error)
                ?? throw FileCalls.Failed("open", change.Path, error);
            FileCalls.Permit(node, change.ModeAfter);
        }
        else if (change.After == NodeKind.File)
        {
            var (from, temporary) = _prepared[change.Path];
            using var source =
                Open(from) ?? throw new IOException($"the directory of `{change.Shown}` can't be opened");
            FileCalls.Rename(source, temporary, parent, name);
            _prepared.Remove(change.Path);
        }
        else if (change.After == NodeKind.Directory)
        {
            MakeDirectory(change, parent, name);
        }
        else
        {
            MakeLink(change, parent, name);
        }
    }

    private void MakeDirectory(WorkspaceChange change, SafeFileHandle parent, string name)
    {
        if (FileCalls.Stat(parent, name) is { Kind: NodeKind.Directory })
        {
            return;
        }

        FileCalls.MakeDirectory(parent, name, 0x1C0);
        using var made = Open(change.Path) ?? throw new IOException($"`{change.Shown}` was replaced while it was made");
        Give(change, made, FileCalls.Stat(parent));

        // Without the owner's own rights nothing could be put into it.
        FileCalls.Permit(made, change.ModeAfter | 0x1C0);
    }

    private void MakeLink(WorkspaceChange change, SafeFileHandle parent, string name)
    {
        var temporary = TemporaryPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true);
        FileCalls.MakeLink(change.LinkTarget, parent, temporary);
        var like = FileCalls.Stat(parent);
        var to = owner ?? new UnixOwner(like.Uid, like.Gid);
        if (
            FileCalls.Stat(parent, temporary) is { } made
            && (made.Uid != to.Uid || made.Gid != to.Gid)
            && Environment.IsPrivilegedProcess
        )
        {
            FileCalls.Own(parent, temporary, to.Uid, to.Gid);
        }

        FileCalls.Rename(parent, temporary, parent, name);
    }

    private void Give(WorkspaceChange change, SafeFileHandle node, FileStat like)
    {
        var to = owner ?? new UnixOwner(like.Uid, like.Gid);
        var now = FileCalls.Stat(node);
        if ((now.Uid != to.Uid || now.Gid != to.Gid) && !FileCalls.TryOwn(node, to.Uid, to.Gid))
        {
            problems.Add(
                change.Path,
                $"belongs to {now.Uid}:{now.Gid} now: only root can give it to {to.Uid}:{to.Gid}"
            );
        }
    }

    private void DropPrepared()
    {
        foreach (var (folder, name) in _prepared.Values)
        {
            using var directory = Open(folder);
            if (directory is not null && FileCalls.Stat(directory, name) is not null)
            {
                FileCalls.Unlink(directory, name);
            }
        }

        _prepared.Clear();
    }

    private SafeFileHandle? Open(string folder) =>
        FileCalls.TryOpen(root, folder, FileCalls.ReadOnly | FileCalls.Directory, 0, out _);

    private static string ParentOf(string path) => path.LastIndexOf('/') is var i and >= 0 ? path[..i] : "";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
