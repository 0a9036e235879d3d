using System.Globalization;
using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.SelfTest;

public sealed class EscapeTests
{
    [Fact]
    public async Task Nobody_breaks_out_of_an_agents_sandbox()
    {
        Sandboxes.Need();
        var report = await new EscapeTest(Sandboxes.Backend, new EscapeTestOptions()).RunAsync(
            TestContext.Current.CancellationToken
        );
        foreach (var attempt in report.Attempts)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{attempt.Result, -14} {attempt.Id, -36} {attempt.Observed} | {attempt.Control} | {attempt.Reason}"
                )
            );
        }

        report.Attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
        report.Ok.ShouldBeTrue();
    }
}
