using System.Globalization;
using Bartizan.Daemon.SelfTest;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.Tests.SelfTest;

[Collection(CanaryPorts.Name)]
public sealed class NetworkEscapeTests
{
    /// <summary>P31 looks at a clock: it holds where a repeat of it alone does.</summary>
    private const int MaxRepeats = 4;

    private const string Kill = "P31";

    [Fact]
    public async Task Nothing_leaves_a_sandbox_but_by_the_rules()
    {
        var backend = new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System);
        var host = backend.Probe();
        if (!host.CanIsolate)
        {
            Assert.Skip(string.Join(' ', host.Missing));
        }

        var attempts = await new NetworkEscapeTest(backend, new EscapeTestOptions()).RunAsync(
            TestContext.Current.CancellationToken
        );
        for (var i = 0; i < MaxRepeats && attempts.Single(a => a.Id == Kill).Fails; i++)
        {
            var again = await new NetworkEscapeTest(backend, new EscapeTestOptions())
            {
                Makes = static id => id == Kill,
            }.RunAsync(TestContext.Current.CancellationToken);
            attempts = attempts.Replace(attempts.Single(a => a.Id == Kill), again.Single());
        }

        foreach (var attempt in attempts)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{attempt.Result, -14} {attempt.Id} {attempt.Observed} | {attempt.Control} | {attempt.Reason}"
                )
            );
        }

        attempts
            .Select(a => a.Id)
            .ShouldBe(Enumerable.Range(1, 23).Concat(Enumerable.Range(28, 5)).Select(n => $"P{n:00}"));
        attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
    }
}
