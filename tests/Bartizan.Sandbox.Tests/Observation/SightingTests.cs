using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Observation;

/// <summary>What happens inside a real sandbox is seen from outside.</summary>
public sealed class SightingTests
{
    [Fact]
    public async Task Every_program_is_seen_with_its_arguments_and_its_parent()
    {
        var watched = await Watched.ShellAsync("/usr/bin/env ls -l /workspace; true | cat");

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        var started = watched.Of(SightingKind.Started).ToList();
        started[0].Arguments.ShouldBe(["/bin/bash", "-c", "/usr/bin/env ls -l /workspace; true | cat"]);
        started[0].Said.ShouldBe("/bin/bash");
        started[0].Path.ShouldBe("/usr/bin/bash");
        var ls = started.Single(s => s.Path == "/usr/bin/ls");
        ls.Arguments.ShouldBe(["ls", "-l", "/workspace"]);
        ls.Parent.ShouldBe(started[0].Process);
        started.ShouldContain(s => s.Path == "/usr/bin/cat");
        watched.Sums.Started.ShouldBe(started.Count);
        watched.Lost.All.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_is_told_of_once_and_then_counted()
    {
        var watched = await Watched.ShellAsync(
            "for i in 1 2 3; do echo x >> /tmp/log; cat /tmp/log > /dev/null; done; mkdir /tmp/d; mv /tmp/log /tmp/d/moved; rm /tmp/d/moved"
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        watched.Of(SightingKind.Written).Where(s => s.Path == "/tmp/log").Select(s => s.Count).ShouldBe([1, 2]);
        watched.Of(SightingKind.Read).Where(s => s.Path == "/tmp/log").Select(s => s.Count).ShouldBe([1, 2]);
        watched.Paths(SightingKind.Written).ShouldContain("/tmp/d");
        watched.Paths(SightingKind.Written).ShouldContain("/tmp/d/moved");
        watched.Paths(SightingKind.Removed).ShouldBe(["/tmp/log", "/tmp/d/moved"]);
        watched.Paths(SightingKind.Read).ShouldContain("/usr/lib/**");
    }

    [Fact]
    public async Task Programs_only_means_programs_only()
    {
        var watched = await Watched.RunAsync(
            Sandboxes.Shell("echo x > /tmp/a; cat /tmp/a") with
            {
                Seen = SeenKind.Programs,
            }
        );

        watched.Ran.Output.ShouldBe("x\n");
        watched.Sightings.Select(s => s.Kind).Distinct().ShouldBe([SightingKind.Started, SightingKind.End]);
    }

    [Fact]
    public async Task Nothing_means_nothing()
    {
        var watched = await Watched.RunAsync(Sandboxes.Shell("cat /etc/passwd") with { Seen = SeenKind.Nothing });

        watched.Ran.Code.ShouldBe(0);
        watched.Sightings.ShouldBeEmpty();
    }
}
