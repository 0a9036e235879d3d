using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Sandbox.Views;

/// <summary>Judges every change of a diff by the rules of now and asks a person where it must.</summary>
internal sealed class ChangeReview(StagedWorkspace view, ApplyOptions options)
{
    private const string Rules = "it rules what an agent may do";

    private readonly FileNames _names = new(view.Source);
    private readonly HashSet<string> _ruling =
    [
        .. options.Ruling,
        .. options
            .Ruling.Select(HostPaths.Resolve)
            .OfType<(string Real, List<(string Path, string Target)> Links)>()
            .SelectMany(found => found.Links.Select(link => link.Path).Append(found.Real)),
    ];
    private readonly Dictionary<string, Decision?> _folders = new(StringComparer.Ordinal);
    private readonly List<WorkspaceChange> _granted = [];
    private readonly List<RefusedChange> _refused = [];

    public async Task<(List<WorkspaceChange> Granted, List<RefusedChange> Refused)> RunAsync(
        WorkspaceDiff diff,
        CancellationToken cancellationToken
    )
    {
        var onlyIfNeeded = new Dictionary<string, RefusedChange>(StringComparer.Ordinal);
        foreach (var change in diff.Changes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var refusal = await ReviewAsync(change, cancellationToken);
            if (refusal is null)
            {
                _granted.Add(change);
            }
            else if (
                change is { Kind: ChangeKind.Added, After: NodeKind.Directory }
                && refusal.Decision is { Effect: Effect.Deny, Rules.Length: 0 }
                && !view.Baseline.Hides(change.Path)
            )
            {
                onlyIfNeeded.Add(change.Path, refusal);
            }
            else
            {
                _refused.Add(refusal);
            }
        }

        TakeNeededFolders(onlyIfNeeded);
        return (_granted, _refused);
    }

    /// <summary>A new directory that no rule mentions is made when something that is allowed stands in it.</summary>
    private void TakeNeededFolders(Dictionary<string, RefusedChange> onlyIfNeeded)
    {
        foreach (var path in _granted.Where(c => c.After != NodeKind.Nothing).Select(c => c.Path).ToList())
        {
            for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
            {
                if (onlyIfNeeded.Remove(path[..end], out var needed))
                {
                    _granted.Add(needed.Change);
                }
            }
        }

        _refused.AddRange(onlyIfNeeded.Values);
    }

    private async ValueTask<RefusedChange?> ReviewAsync(WorkspaceChange change, CancellationToken cancellationToken)
    {
        if (view.Baseline.Hides(change.Path))
        {
            return Refuse(change, default, "the view left this path out, so nothing is put there");
        }

        var target = _names.Target(Verb.Write, change.Path);
        if (change.After == NodeKind.Link)
        {
            var inside = LinkTargets.Inside(change.Path, change.LinkTarget, SandboxPaths.Workspace, view.Source);
            if (inside is null)
            {
                return Refuse(change, default, "is a symbolic link that leaves the workspace");
            }

            if (change.LinkTarget.StartsWith('/'))
            {
                return Refuse(change, default, "is an absolute symbolic link: its target is another place on the host");
            }

            if (view.Baseline.Hides(inside) || inside.Split('/').Contains("..", StringComparer.Ordinal))
            {
                return Refuse(change, default, "is a symbolic link to something the view left out");
            }

            target = _names.Target(Verb.Write, change.Path, inside);
        }

        if (DeniedAbove(change.Path) is { } above)
        {
            return Refuse(change, above, above.Reason);
        }

        var danger = change.Danger ?? (target.Aliases.Any(_ruling.Contains) ? Rules : null);
        var decision = options.Judge(target);
        var reason = decision.Effect switch
        {
            Effect.Allow => danger,
            Effect.Ask => danger is null ? decision.Reason : $"{decision.Reason}; {danger}",
            _ => null,
        };
        if (decision.Effect is not (Effect.Allow or Effect.Ask))
        {
            return Refuse(change, decision, decision.Reason);
        }

        if (reason is null)
        {
            return null;
        }

        if (options.Confirm is null)
        {
            return Refuse(change, decision, $"{reason}; nobody was there to confirm it");
        }

        return await options.Confirm(change, reason, cancellationToken)
            ? null
            : Refuse(change, decision, $"{reason}; a person said no");
    }

    private static RefusedChange Refuse(WorkspaceChange change, Decision decision, string reason) =>
        new(change, decision, reason);

    /// <summary>A rule that denies a directory by its name covers all that lies below.</summary>
    private Decision? DeniedAbove(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            var folder = path[..end];
            if (!_folders.TryGetValue(folder, out var denied))
            {
                var decision = options.Judge(_names.Target(Verb.Write, folder));
                denied = decision.Effect == Effect.Deny && decision.Rules.Length > 0 ? decision : null;
                _folders.Add(folder, denied);
            }

            if (denied is not null)
            {
                return denied;
            }
        }

        return null;
    }
}
