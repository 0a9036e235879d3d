using Bartizan.Client;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.SelfTest;

/// <summary>
/// <c>bartizan sandbox test</c>: tries to break out of the profile that agents get, attempt by attempt, from inside, over the
/// network and from the host's side, each with a control that succeeds where the protection is not.
/// </summary>
public static class SandboxTest
{
    /// <summary>Runs every attempt.</summary>
    /// <exception cref="ControlException">When this host can't run a sandbox at all.</exception>
    public static async Task<SandboxTestResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var backend = new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System);
            var options = new EscapeTestOptions();
            var inside = await new EscapeTest(backend, options).RunAsync(cancellationToken).ConfigureAwait(false);
            var network = await new NetworkEscapeTest(backend, options)
                .RunAsync(cancellationToken)
                .ConfigureAwait(false);
            var report = inside.With(network);
            return new SandboxTestResult(
                report.Ok,
                report.Blocked,
                report.Open,
                report.Residual,
                report.NotApplicable,
                report.Tier.ToString(),
                [
                    .. report.Attempts.Select(a => new SandboxTestAttempt(
                        a.Id,
                        a.Result.ToString().ToLowerInvariant(),
                        a.Layer,
                        a.Observed,
                        a.Fails
                    )),
                ],
                report.ToJson()
            );
        }
        catch (SandboxUnavailableException e)
        {
            throw new ControlException(
                new ControlProblem(5, e.Message, "`bartizan doctor` shows what this host gives")
            );
        }
    }
}
