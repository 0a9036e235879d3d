using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the parts of how an agent is started.</summary>
internal static class RunChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> error
    )
    {
        if (manifest.Run is not { } run)
        {
            return;
        }

        CheckWorkspace(run, root, own, patternsOf, error);
        if (root.Find("run") is SourceNode.Map map)
        {
            CheckIsolation(run, map, error);
        }
    }

    private static void CheckIsolation(RunSection run, SourceNode.Map map, Action<SourcePosition, string, string> error)
    {
        if (run.Isolation != IsolationKind.Oci)
        {
            if (run.Image is not null)
            {
                error(
                    map.PositionOf("image"),
                    "`image` has no container to be of",
                    "Say `isolation: oci`, or take it out."
                );
            }

            if (run.Scan is not null)
            {
                error(
                    map.PositionOf("scan"),
                    "`scan` has no image to be of",
                    "Say `isolation: oci` with an `image`, or take it out."
                );
            }

            return;
        }

        var where = map.PositionOf("isolation");
        if (run.Image is null)
        {
            error(where, "`isolation: oci` has no image", "Add `image: NAME@sha256:…` to `run`.");
        }

        if (run.ToolsByProcess)
        {
            error(where, "`tools: stdio` needs a program of the host, which no container has", "Say `tools: http`.");
        }

        if (!run.Command.IsEmpty && !run.Command[0].StartsWith('/'))
        {
            error(
                where,
                $"`{SourceTree.Quote(run.Command[0])}` is no path of the image",
                "Name the program by its absolute path."
            );
        }
    }

    private static void CheckWorkspace(
        RunSection run,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> error
    )
    {
        var workspace = (root.Find("run") as SourceNode.Map)?.Find("workspace") as SourceNode.Map;
        var writes = own.FirstOrDefault(r => r.Verb == Verb.Write && r.Effect != Effect.Deny);
        if (run.WorkspaceMode != WorkspaceMode.ReadOnly && writes is null)
        {
            error(
                workspace?.PositionOf("mode") ?? root.Position,
                $"the mode `{RuleReader.TextOf(workspace, "mode")}` has no `write` rule to say what may be written",
                "Add `allow: write workspace/…`, or say `read-only`."
            );
        }
        else if (run.WorkspaceMode == WorkspaceMode.ReadOnly && writes is { } rule && InWorkspaceOnly(patternsOf(rule)))
        {
            error(
                rule.Position,
                $"`{SourceTree.Quote(rule.Text)}` can never apply: the workspace is read-only",
                "Say `mode: staged` in `run.workspace`, or take the rule out."
            );
        }
    }

    private static bool InWorkspaceOnly(IEnumerable<TargetPattern> patterns) =>
        patterns.All(p => p.Canonical.StartsWith("workspace", StringComparison.Ordinal));
}
