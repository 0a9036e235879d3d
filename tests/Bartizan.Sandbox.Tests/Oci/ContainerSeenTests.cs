using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Tests.Observation;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>What happens in a container is seen as in bubblewrap: it is the same filter, and the same one who observes.</summary>
[Collection(nameof(Bubblewrap.Alone))]
public sealed class ContainerSeenTests
{
    [Fact]
    public async Task What_happens_in_a_container_is_seen()
    {
        Containers.Need();
        await using var sandbox = await Containers.StartAsync(
            Containers.Shell(
                "/usr/bin/env ls /tmp; echo x > /tmp/made; ln -s made /tmp/link; cat /tmp/link; rm /tmp/made"
            )
        );
        var seen = Watched.ReadAsync(sandbox);
        await sandbox.Input.DisposeAsync();
        var watched = new Watched(await Bubblewrap.Sandboxes.FinishAsync(sandbox), await seen);

        watched.Ran.Output.ShouldBe("x\n", watched.Ran.Error);
        watched
            .Of(SightingKind.Started)
            .ShouldContain(s => s.Path.EndsWith("bin/ls", StringComparison.Ordinal) && s.Arguments.Contains("/tmp"));
        watched.Paths(SightingKind.Written).ShouldContain("/tmp/made");
        watched.Paths(SightingKind.Read).ShouldContain("/tmp/made");
        watched.Paths(SightingKind.Removed).ShouldContain("/tmp/made");
        watched.Lost.All.ShouldBe(0);
        watched.Sightings[^1].Kind.ShouldBe(SightingKind.End);
    }
}
