using Bartizan.Client;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Oci;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.SelfTest;

/// <summary>
/// <c>bartizan sandbox test</c>: tries to break out of the profile that agents get, attempt by attempt, from inside, over the
/// network and from the host's side, each with a control that succeeds where the protection is not.
/// </summary>
public static class SandboxTest
{
    /// <summary>
    /// Runs every attempt: in a container of <paramref name="image"/>, or in bubblewrap without one; with <paramref name="code"/> in a
    /// sandbox such as a call of the code tool has, from which there is no way out to attack.
    /// </summary>
    /// <exception cref="ControlException">When this host can't run a sandbox at all.</exception>
    public static async Task<SandboxTestResult> RunAsync(string? image, bool code, CancellationToken cancellationToken)
    {
        try
        {
            IIsolationBackend backend = image is null
                ? new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System)
                : new OciBackend(new OciOptions { Image = image }, TimeProvider.System);
            var options = code ? new EscapeTestOptions { Shaped = CodeShape.Of } : new EscapeTestOptions();
            var inside = await new EscapeTest(backend, options).RunAsync(cancellationToken).ConfigureAwait(false);
            var report = code
                ? inside
                : inside.With(
                    await new NetworkEscapeTest(backend, options).RunAsync(cancellationToken).ConfigureAwait(false)
                );
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
