using System.Collections.Concurrent;
using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Builds a stage: 1 walk the workspace and judge each path, making directories and links on the way; 2 copy the files, two at
/// a time; 3 give the directories their permissions, children first.
/// </summary>
internal sealed class StageBuilder(
    StageRequest request,
    string source,
    SafeFileHandle host,
    SafeFileHandle stage,
    FileJudge judge
)
{
    /// <summary>Copies at once: a host shares few cores between its agents, and a disk has its own queue.</summary>
    private const int Workers = 2;

    /// <summary>Nodes between two reports of progress.</summary>
    private const int ReportEvery = 500;

    /// <summary>Programs of the system stand at the same place inside, so links to them may stay.</summary>
    private const string SystemPrograms = "/usr/";

    private readonly FileNames _names = new(source);
    private readonly LeftOutList _leftOut = new(request.Limits.Named);
    private readonly ConcurrentBag<BaselineEntry> _entries = [];
    private readonly Dictionary<string, FileStat> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileStat> _made = new(StringComparer.Ordinal);
    private readonly List<(string Path, FileStat Stat)> _files = [];
    private int _done;
    private long _bytes;
    private int _cloned;
    private int _links;

    public async Task<(IEnumerable<BaselineEntry> Entries, StageSummary Summary)> BuildAsync(
        IProgress<StageProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        Walk(cancellationToken);
        await Parallel.ForEachAsync(
            _files,
            new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken },
            (file, token) =>
            {
                CopyFile(file.Path, token);
                var done = Interlocked.Increment(ref _done);
                if (done % ReportEvery == 0)
                {
                    progress?.Report(new StageProgress(done, Interlocked.Read(ref _bytes)));
                }

                return ValueTask.CompletedTask;
            }
        );
        FinishDirectories();
        var entries = _entries.OrderBy(e => e.Path, StringComparer.Ordinal).ToList();
        var files = entries.Count(e => e.Kind == NodeKind.File);
        progress?.Report(new StageProgress(files, _bytes));
        var summary = new StageSummary(files, _made.Count, _links, _bytes, _cloned, _leftOut.Count, _leftOut.Named());
        return (entries, summary);
    }

    private void Walk(CancellationToken cancellationToken)
    {
        var walk = new TreeWalk(host, request.Limits);
        long apparent = 0;
        foreach (var node in walk.Walk(cancellationToken))
        {
            if (node.Problem is { } problem)
            {
                LeaveOut(node.Path, problem);
                continue;
            }

            switch (node.Stat!.Kind)
            {
                case NodeKind.Directory:
                    VisitDirectory(node);
                    break;
                case NodeKind.File when request.Never.Contains($"{source}/{node.Path}"):
                    LeaveOut(node.Path, "belongs to Bartizan itself");
                    break;
                case NodeKind.File when Allows(node.Path, _names.Target(Verb.Read, node.Path)):
                    apparent += node.Stat.Size;
                    RequireBytes(apparent, node);
                    MakeParents(node.Path);
                    _files.Add((node.Path, node.Stat));
                    break;
                case NodeKind.Link:
                    VisitLink(node);
                    break;
                case NodeKind.Special:
                    LeaveOut(node.Path, $"is {node.Stat.KindWords}");
                    break;
                default:
                    break;
            }
        }

        if (walk.Exceeded)
        {
            throw new ViewException(
                $"the workspace `{source}` holds more than {request.Limits.Entries} files and directories; "
                    + "name a smaller workspace, or leave directories out with a `deny: read workspace/NAME` rule"
            );
        }
    }

    private void RequireBytes(long apparent, TreeNode node)
    {
        if (apparent > request.Limits.Bytes)
        {
            throw new ViewException(
                $"the workspace `{source}` holds more than {request.Limits.Bytes} bytes (reached at "
                    + $"`{Visible.Text(node.Path)}`, {node.Stat!.Size} bytes); leave large files out with a `deny: read` rule"
            );
        }
    }

    private void VisitDirectory(TreeNode node)
    {
        var absolute = $"{source}/{node.Path}";
        if (request.Never.Contains(absolute))
        {
            node.Skip = true;
            LeaveOut(node.Path, "belongs to Bartizan itself");
            return;
        }

        var decision = judge(_names.Target(Verb.Read, node.Path));
        if (decision.Effect == Effect.Deny && decision.Rules.Length > 0)
        {
            // A rule denies it by name. One that is merely not mentioned is gone through: what lies below may be allowed.
            node.Skip = true;
            LeaveOut(node.Path, decision.Reason);
            return;
        }

        _directories[node.Path] = node.Stat!;
        if (decision.Effect == Effect.Allow)
        {
            MakeParents(node.Path + "/");
        }
    }

    private void VisitLink(TreeNode node)
    {
        var target = FileCalls.ReadLink(node.Parent, node.Name);
        if (target is null)
        {
            LeaveOut(node.Path, "is a symbolic link whose target is not UTF-8");
            return;
        }

        var inside = LinkTargets.Inside(node.Path, target, source, SandboxPaths.Workspace);
        if (inside is null && !target.StartsWith(SystemPrograms, StringComparison.Ordinal))
        {
            LeaveOut(node.Path, "is a symbolic link that leaves the workspace");
            return;
        }

        var names = inside is null ? _names.Target(Verb.Read, node.Path) : _names.Target(Verb.Read, node.Path, inside);
        if (!Allows(node.Path, names))
        {
            return;
        }

        MakeParents(node.Path);
        using var parent = StageDirectory(ParentOf(node.Path));
        FileCalls.MakeLink(target, parent, node.Name);
        if (request.Owner is { } owner)
        {
            FileCalls.Own(parent, node.Name, owner.Uid, owner.Gid);
        }

        _links++;
        _entries.Add(
            new BaselineEntry
            {
                Path = node.Path,
                Kind = NodeKind.Link,
                LinkTarget = target,
            }
        );
    }

    private bool Allows(string path, FileTarget target)
    {
        var decision = judge(target);
        if (decision.Effect == Effect.Allow)
        {
            return true;
        }

        LeaveOut(path, decision.Effect == Effect.Ask ? "is asked for, and the view can't ask" : decision.Reason);
        return false;
    }

    private void LeaveOut(string path, string reason)
    {
        _leftOut.Add(path, reason);
        _entries.Add(new BaselineEntry { Path = path, Kind = NodeKind.Nothing });
    }

    /// <summary>Makes the directories above <paramref name="path"/> (and itself when it ends in a slash).</summary>
    private void MakeParents(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end > 0; end = path.IndexOf('/', end + 1))
        {
            var directory = path[..end];
            if (!_made.TryAdd(directory, _directories[directory]))
            {
                continue;
            }

            using var parent = StageDirectory(ParentOf(directory));
            FileCalls.MakeDirectory(parent, NameOf(directory), 0x1C0); // 0700 until all is in it
            _entries.Add(
                new BaselineEntry
                {
                    Path = directory,
                    Kind = NodeKind.Directory,
                    Mode = _directories[directory].RawMode & FileStat.AllModeBits,
                }
            );
        }
    }

    private void CopyFile(string path, CancellationToken cancellationToken)
    {
        using var from = FileCalls.TryOpen(host, path, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out var error);
        if (from is null)
        {
            LeaveOut(path, error == FileCalls.AccessDenied ? "can't be read" : "was gone before it was copied");
            return;
        }

        var stat = FileCalls.Stat(from);
        if (stat.Kind != NodeKind.File)
        {
            LeaveOut(path, "was swapped while it was looked at");
            return;
        }

        using var parent = StageDirectory(ParentOf(path));
        var name = NameOf(path);
        const int flags = FileCalls.ReadWrite | FileCalls.Create | FileCalls.Exclusive;
        using var to =
            FileCalls.TryOpen(parent, name, flags, 0x180, out error) ?? throw FileCalls.Failed("make", path, error);
        var copied = FileCopy.Copy(from, to, request.Limits.Bytes, cancellationToken);
        if (request.Owner is { } owner)
        {
            FileCalls.Own(to, owner.Uid, owner.Gid);
        }

        FileCalls.Permit(to, stat.Mode);
        FileCalls.Touch(parent, name, stat.Modified);
        Interlocked.Add(ref _bytes, copied.Bytes);
        if (copied.Cloned)
        {
            Interlocked.Increment(ref _cloned);
        }

        _entries.Add(
            new BaselineEntry
            {
                Path = path,
                Kind = NodeKind.File,
                Mode = stat.RawMode & FileStat.AllModeBits,
                Size = copied.Bytes,
                Digest = copied.Digest,
                Host = NodeIdentity.Of(stat),
                Staged = NodeIdentity.Of(FileCalls.Stat(to)),
            }
        );
    }

    private void FinishDirectories()
    {
        foreach (var (path, stat) in _made.OrderByDescending(d => d.Key.Length))
        {
            using var directory = StageDirectory(path);
            if (request.Owner is { } owner)
            {
                FileCalls.Own(directory, owner.Uid, owner.Gid);
            }

            FileCalls.Permit(directory, stat.Mode);
        }
    }

    private SafeFileHandle StageDirectory(string path) =>
        FileCalls.TryOpen(stage, path, FileCalls.ReadOnly | FileCalls.Directory, 0, out var error)
        ?? throw FileCalls.Failed("open", path, error);

    private static string ParentOf(string path) => path.LastIndexOf('/') is var i and >= 0 ? path[..i] : "";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
