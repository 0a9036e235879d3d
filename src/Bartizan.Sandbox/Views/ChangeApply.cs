using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// 1 diff ─ 2 judge each change, ask where needed ─ 3 check each path for what the person did meanwhile ─ 4 write new content
/// beside its place and sync it ─ 5 delete, make, rename. Until 5 begins, nothing of the workspace is changed.
/// </summary>
internal static class ChangeApply
{
    public static Task<ApplyResult> RunAsync(
        StagedWorkspace view,
        ApplyOptions options,
        CancellationToken cancellationToken
    ) => RunAsync(view, view.Source, null, options, cancellationToken);

    public static Task<ApplyResult> RunOnAsync(
        StagedWorkspace view,
        StagedWorkspace result,
        UnixOwner? owner,
        ApplyOptions options,
        CancellationToken cancellationToken
    ) => RunAsync(view, result.Tree, owner, options, cancellationToken);

    private static async Task<ApplyResult> RunAsync(
        StagedWorkspace view,
        string target,
        UnixOwner? owner,
        ApplyOptions options,
        CancellationToken cancellationToken
    )
    {
        var diff = new DiffWalk(view).Run(cancellationToken);
        if (!diff.Complete)
        {
            throw new ViewException(
                $"the session left more than {view.Limits.Entries} files, so its diff can't be applied; "
                    + $"look at `{view.Tree}`, or discard it"
            );
        }

        var (granted, refused) = await new ChangeReview(view, options).RunAsync(diff, cancellationToken);
        var paths = granted.Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        var problems = new LeftOutList(view.Limits.Named);
        foreach (var problem in diff.Problems)
        {
            problems.Add(problem.Path, problem.Reason);
        }

        using var host = FileCalls.OpenRoot(view.Source);
        var check = new HostCheck(view, host, paths);
        var conflicts = new List<ViewProblem>();
        var work = new List<WorkspaceChange>();
        foreach (var change in granted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (check.Conflict(change, cancellationToken, out var already) is { } conflict)
            {
                conflicts.Add(new ViewProblem(change.Shown, conflict));
            }
            else if (!already || target != view.Source)
            {
                work.Add(change);
            }
        }

        var stopped = new ApplyResult
        {
            Done = false,
            Refused = [.. refused],
            Conflicts = [.. conflicts],
            Problems = problems.Named(),
        };
        if (conflicts.Count > 0)
        {
            return stopped;
        }

        using var root = target == view.Source ? null : FileCalls.OpenRoot(target, followLinks: true);
        using var stage = FileCalls.OpenRoot(view.Tree, followLinks: true);
        var writer = new ChangeWriter(stage, root ?? host, owner, view.Limits, problems);
        writer.Write(work, cancellationToken);
        return stopped with { Done = true, Applied = [.. work], Problems = problems.Named() };
    }
}
