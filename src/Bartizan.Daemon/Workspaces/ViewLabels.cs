using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Workspaces;

/// <summary>The labels of what one view shows: nobody sees the agent read inside, so what it could read counts as read.</summary>
internal sealed class ViewLabels(FileLabels kept)
{
    /// <summary>Files that the person is told of by name.</summary>
    private const int MaxNamed = 4;

    /// <summary>Links that are followed in one path: as many as the kernel follows.</summary>
    private const int MaxLinks = 40;

    private readonly ConcurrentDictionary<string, Labels> _seen = new(StringComparer.Ordinal);

    /// <summary>What the person is told; null when nothing carries a label.</summary>
    public string? Text
    {
        get
        {
            if (_seen.IsEmpty)
            {
                return null;
            }

            var names = _seen.Keys.Order(StringComparer.Ordinal).Take(MaxNamed).Select(Visible.Text);
            var more = _seen.Count > MaxNamed ? $" and {_seen.Count - MaxNamed} more" : "";
            return $"the session starts as {WorkspaceSettlement.TextOf(Found)}: earlier ones that were wrote "
                + $"{string.Join(", ", names)}{more}; `bartizan workspace clear PATH` says that you have looked at it";
        }
    }

    private Labels Found => _seen.Values.Aggregate(Labels.None, (sum, one) => sum | one);

    /// <summary>Takes a file that was judged for the view.</summary>
    public void See(FileTarget target, Decision ruled)
    {
        if (ruled.Effect == Effect.Allow)
        {
            foreach (var path in target.Aliases)
            {
                Take(path, kept.Of(path));
            }
        }
    }

    /// <summary>All of them, with those of what is mounted beside the workspace.</summary>
    public Labels With(ImmutableArray<string> mounts)
    {
        foreach (var mount in mounts.IsDefault ? [] : mounts)
        {
            Take(mount, kept.Below(RealOf(mount)));
        }

        return Found;
    }

    // Labels are kept by real paths, and any component of a mount may be a link.
    private static string RealOf(string path)
    {
        var real = "/";
        var rest = new Stack<string>(path.Split('/').Reverse());
        for (var links = 0; rest.TryPop(out var name); )
        {
            var next = name is "" or "." ? real : Path.GetFullPath(Path.Combine(real, name));
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MaxLinks)
            {
                real = next;
                continue;
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (var part in target.Split('/').Reverse())
            {
                rest.Push(part);
            }
        }

        return real;
    }

    private void Take(string path, Labels labels)
    {
        if (labels != Labels.None)
        {
            _seen[path] = labels;
        }
    }
}
