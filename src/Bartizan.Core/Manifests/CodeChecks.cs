using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between a manifest's code tool, how its agent is started, and its rules.</summary>
internal static class CodeChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(Manifest manifest, SourceNode.Map root, Action<SourcePosition, string, string> warn)
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

        if (code.Image is not null && manifest.Run?.Scan is not null && code.Image != manifest.Run.Image)
        {
            warn(
                map.PositionOf("image"),
                "`run.scan` says nothing of this image: what a scanner found in it is not looked at",
                "Use the image of `run`, or look at the scan of this one by hand."
            );
        }
    }
}
