using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing;

/// <summary>The whole escape suite, in a sandbox that is dialed.</summary>
public sealed class EscapeTests
{
    [Fact]
    public async Task Nobody_breaks_out_of_a_sandbox_that_serves()
    {
        Sandboxes.Need();
        var options = new EscapeTestOptions { Shaped = static plan => plan with { Served = [Served.Port] } };

        var report = await new EscapeTest(Sandboxes.Backend, options).RunAsync(TestContext.Current.CancellationToken);

        report.Layers.ShouldContain(static layer => layer.Name == "dialed");
        report.Attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
        report.Ok.ShouldBeTrue();
    }
}
