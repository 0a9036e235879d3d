using Bartizan.Sandbox.Oci;
using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;
using Bartizan.Sandbox.Tests.Oci;

namespace Bartizan.Sandbox.Tests.Code;

/// <summary>The whole escape suite, as code: in the sandbox that a call of the code tool has.</summary>
[Collection(nameof(Alone))]
public sealed class CodeEscapeTests
{
    [Fact]
    public Task No_code_breaks_out_of_its_sandbox()
    {
        Sandboxes.Need();
        return TryAsync(Sandboxes.Backend);
    }

    [Fact]
    public Task No_code_breaks_out_of_its_container()
    {
        Containers.Need();
        return TryAsync(new OciBackend(new OciOptions { Image = Containers.Image }, TimeProvider.System));
    }

    private static async Task TryAsync(IIsolationBackend backend)
    {
        var report = await new EscapeTest(backend, new EscapeTestOptions { Shaped = CodeShape.Of }).RunAsync(
            TestContext.Current.CancellationToken
        );
        foreach (var attempt in report.Attempts)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{attempt.Result, -14} {attempt.Id, -36} {attempt.Observed} | {attempt.Control} | {attempt.Reason}"
            );
        }

        report.Attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
        report.Ok.ShouldBeTrue();
    }
}
