using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Code;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>The self-test's own plan as the code tool's: the applet in place of the code, and nothing of an agent beside it.</summary>
public static class CodeShape
{
    /// <summary>Makes it.</summary>
    public static SandboxPlan Of(SandboxPlan agents)
    {
        ArgumentNullException.ThrowIfNull(agents);
        var plan = CodePlan.Of(
            agents.Id,
            new CodeTerms { Limits = agents.Limits },
            new CodeCall("none", default, default),
            agents.Command,
            agents.Variables,
            [.. agents.Mounts.Where(mount => mount.InsidePath != SandboxPaths.Workspace)],
            network: false,
            agents.Seen
        );

        // The applet takes its own last word for an argument that counts.
        return plan with
        {
            Command = agents.Command,
            Image = agents.Image,
        };
    }
}
