using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between a manifest's code tool, how its agent is started, and its rules.</summary>
internal static class CodeChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> warn,
        Action<SourcePosition, string, string> unfit
    )
    {
        if (
            !manifest.Servers.TryGetValue(CodeTerms.Server, out var server)
            || server.Code is not { } code
            || root.Find("code") is not SourceNode.Map map
        )
        {
            return;
        }

        if (!ReaderChecks.IsGranted(manifest, new ToolTarget(CodeTerms.Server, CodeTerms.Tool)))
        {
            warn(
                root.PositionOf("code"),
                $"no rule allows `tool {CodeTerms.Server}/{CodeTerms.Tool}`: no code is run",
                $"Add `allow: tool {CodeTerms.Server}/{CodeTerms.Tool}` or `ask`; it is an action like any other."
            );
        }

        if (code.Image is not null && (manifest.Run?.Scan is null || code.Image != manifest.Run.Image))
        {
            // As weighty as an agent's image that nobody has looked into.
            var tell = manifest.Environment == DeploymentEnvironment.Development ? warn : unfit;
            tell(
                map.PositionOf(map.Find("image") is null ? "isolation" : "image"),
                "nobody has looked into the image that code runs in: `run.scan` says nothing of it",
                "Use the image of `run`, with its `scan`."
            );
        }
    }
}
