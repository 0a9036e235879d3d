using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.ControlGroups;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Nothing of a sandbox stays on the host.</summary>
[Collection(nameof(Alone))]
public sealed class NothingLeftTests
{
    private const int Runs = 20;

    [Fact]
    public async Task Sandboxes_in_a_row_leave_nothing_and_one_that_is_kept_is_seen()
    {
        await Sandboxes.RunAsync("true"); // what is made once per process is there now
        var plans = Enumerable.Range(0, Runs).Select(static _ => Sandboxes.Shell("sleep 1000 & exit 0")).ToList();
        var ids = plans.ConvertAll(static plan => plan.Id.ToString());
        var before = HostHoldings.Read(ids);

        foreach (var plan in plans)
        {
            (await Sandboxes.RunAsync(plan)).Code.ShouldBe(0);
        }

        HostHoldings.Read(ids).Except(before).ShouldBeEmpty();

        // The control: one that is not given back is seen, each kind of thing it holds.
        var kept = Sandboxes.Plan("/usr/bin/sleep", "1000");
        var leak = await Sandboxes.StartAsync(kept);
        var seen = HostHoldings.Read([kept.Id.ToString()]).Except(before).ToList();
        await leak.DisposeAsync();
        seen.ShouldContain(static thing => thing.StartsWith("process"));
        seen.ShouldContain(static thing => thing.StartsWith("descriptor"));
        if (Sandboxes.Backend.Probe() is { Root: true, Limits: not LimitTier.Rlimits })
        {
            seen.ShouldContain(static thing => thing.StartsWith("cgroup"));
            seen.ShouldContain(static thing => thing.StartsWith("host user"));
        }
    }

    [Fact]
    public async Task What_a_killed_daemon_left_is_cleared_by_the_next()
    {
        Sandboxes.Need();
        using var directory = new TemporaryDirectory();
        var session = SessionId.New();
        var pool = new HostUserPool(directory.Path, 210_000, 4);
        var cgroups = CgroupHost.Discover();
        cgroups.Make(session, new Limits());
        File.WriteAllText(Path.Combine(directory.Path, "210003"), session.ToString()); // nobody holds its lock
        var held = pool.Reserve(SessionId.New())!;

        var (kept, record) = pool.Abandoned().ShouldHaveSingleItem();
        kept.ShouldBe(session);
        pool.Abandoned().ShouldBeEmpty(); // another daemon leaves alone what one clears
        record.Keep();
        foreach (var (abandoned, user) in pool.Abandoned())
        {
            abandoned.ShouldBe(session);
            await cgroups.Find(abandoned).ClearAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
            user.Dispose();
        }

        cgroups.Find(session).Exists.ShouldBeFalse();
        held.Dispose();
        Directory.EnumerateFiles(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Two_pools_never_give_the_same_user()
    {
        using var directory = new TemporaryDirectory();
        const int count = 8;
        HostUserPool[] pools = [new(directory.Path, 210_000, count), new(directory.Path, 210_000, count)];

        var taken = Enumerable.Range(0, count).Select(i => pools[i % 2].Reserve(SessionId.New())!).ToList();

        taken.Select(static reservation => reservation.User).Distinct().Count().ShouldBe(count);
        pools[0].Reserve(SessionId.New()).ShouldBeNull();
        taken[3].Dispose();
        pools[1].Reserve(SessionId.New())!.User.ShouldBe(taken[3].User);
    }
}
