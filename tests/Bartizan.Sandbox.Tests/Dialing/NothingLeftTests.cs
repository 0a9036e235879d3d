using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing;

/// <summary>Nothing of a dial stays on the host.</summary>
[Collection(nameof(Alone))]
public sealed class NothingLeftTests
{
    [Fact]
    public async Task Dials_that_succeed_fail_are_given_up_or_killed_leave_nothing()
    {
        await RunAsync(0); // what is made once per process is there now
        await GivenBackAsync();
        var before = HostHoldings.Read([]);

        for (var i = 1; i <= 5; i++)
        {
            await RunAsync(i);
        }

        await GivenBackAsync();
        HostHoldings.Read([]).Except(before).ShouldBeEmpty();
    }

    private static async Task RunAsync(int round)
    {
        await using var sandbox = await Served.StartAsync(
            "listen_on(8001, 0); open(KEPT, '+<&', \\*L); listen_on(8000, 64); answer('served')",
            8000,
            8001,
            8002
        );
        (await Served.LineAsync(sandbox.Output)).ShouldBe("up");
        (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Served.AskAsync(sandbox, i)))).Length.ShouldBe(20);
        (await Served.FailureAsync(sandbox, 8002)).ShouldBe(DialFailure.NobodyListens);
        using var giving = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 8).Select(_ => sandbox.DialAsync(8001, giving.Token)).ToList();
        if (round % 2 == 0)
        {
            await giving.CancelAsync();
        }

        await sandbox.KillAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(waiting.Select(static dial => dial.ContinueWith(static end => end.Exception)));
    }

    // A socket whose connecting was broken off is given back by the runtime a moment later.
    private static async Task GivenBackAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await Task.Yield();
    }
}
