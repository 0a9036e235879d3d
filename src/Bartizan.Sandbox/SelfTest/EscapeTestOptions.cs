using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>Where and within which bounds the self-test runs.</summary>
public sealed record EscapeTestOptions
{
    /// <summary>The static helper, whose <c>probe</c> applet makes the attempts; a path without symbolic links.</summary>
    public string HelperPath { get; init; } = HelperBinary.Path;

    /// <summary>
    /// Where canaries and the stage are put: a directory that every user of the host can enter, so that it is the sandbox that
    /// hides them and not a file mode; not below <c>/tmp</c>, which the sandbox covers with its own.
    /// </summary>
    public string Directory { get; init; } = "/var/tmp";

    /// <summary>The limits of the sandbox under attack.</summary>
    public Limits Limits { get; init; } = ProbeSettings.SelfTestLimits;

    /// <summary>
    /// Makes of an agent's plan the one that is attacked: the code tool's, or nothing else. A plan without a network has none of the
    /// ways out, and so none of the attempts on them.
    /// </summary>
    public Func<SandboxPlan, SandboxPlan> Shaped { get; init; } = static plan => plan;

    /// <summary>For all attempts of one sandbox: a hundred that each take at most ten seconds rarely take any.</summary>
    public TimeSpan RunWithin { get; init; } = TimeSpan.FromMinutes(3);
}
