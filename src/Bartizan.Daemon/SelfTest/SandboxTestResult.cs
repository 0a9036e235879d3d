using System.Collections.Immutable;

namespace Bartizan.Daemon.SelfTest;

/// <summary>What the escape self-test found, in words a command prints.</summary>
/// <param name="Ok">True when nothing is open that the checked-in residuals don't accept.</param>
/// <param name="Blocked">How many were stopped.</param>
/// <param name="Open">How many succeeded, or proved nothing.</param>
/// <param name="Residual">How many succeeded and are accepted.</param>
/// <param name="NotApplicable">How many can't be made here.</param>
/// <param name="Tier">How strongly limits are enforced here.</param>
/// <param name="Attempts">Each attempt.</param>
/// <param name="Json">The whole report as the one object that <c>--json</c> prints.</param>
public sealed record SandboxTestResult(
    bool Ok,
    int Blocked,
    int Open,
    int Residual,
    int NotApplicable,
    string Tier,
    ImmutableArray<SandboxTestAttempt> Attempts,
    ReadOnlyMemory<byte> Json
);
