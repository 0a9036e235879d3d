using Bartizan.Sandbox.Oci;
using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>The whole escape suite, in a container and in bubblewrap: with the same results.</summary>
[Collection(nameof(Alone))]
public sealed class ContainerEscapeTests
{
    [Fact]
    public async Task Nobody_breaks_out_of_a_container_and_each_attempt_ends_as_in_bubblewrap()
    {
        Containers.Need();
        Sandboxes.Need();
        var cancellation = TestContext.Current.CancellationToken;
        var backend = new OciBackend(new OciOptions { Image = Containers.Image }, TimeProvider.System);

        var container = await new EscapeTest(backend, new EscapeTestOptions()).RunAsync(cancellation);
        var bubblewrap = await new EscapeTest(Sandboxes.Backend, new EscapeTestOptions()).RunAsync(cancellation);

        foreach (var attempt in container.Attempts)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{attempt.Result, -14} {attempt.Id, -36} {attempt.Observed} | {attempt.Control} | {attempt.Reason}"
            );
        }

        container.Attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
        container.Ok.ShouldBeTrue();
        container
            .Attempts.Select(static a => $"{a.Id} {a.Result}")
            .ShouldBe(bubblewrap.Attempts.Select(static a => $"{a.Id} {a.Result}"));
    }
}
