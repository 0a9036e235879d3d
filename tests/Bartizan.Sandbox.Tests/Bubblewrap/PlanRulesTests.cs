using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Plans that are refused before anything is made of them.</summary>
public sealed class PlanRulesTests
{
    private static readonly Mount Workspace = Mount.Writable("/host/stage", SandboxPaths.Workspace);

    [Fact]
    public void Nothing_is_mounted_below_what_the_agent_can_write()
    {
        Mount[] below =
        [
            Mount.File("/workspace/.git/config", new byte[] { 1 }),
            Mount.Tmpfs("/workspace/cache", 1024),
            Mount.Symlink("/workspace/link", "/usr"),
            Mount.ReadOnly("/usr", "/workspace/deep/er"),
            Mount.Writable("/host/other", "/workspace/other"),
        ];
        foreach (var mount in below)
        {
            Refusal(Workspace, mount).ShouldContain("CVE-2026-87766");
            Refusal(mount, Workspace).ShouldContain("CVE-2026-87766");
        }
    }

    [Fact]
    public void Beside_it_and_below_what_is_only_in_memory_is_fine() =>
        PlanRules
            .Ordered(
                Plan(
                    Mount.File("/home/agent/.config/a", new byte[] { 1 }),
                    Mount.Tmpfs("/home/agent", 1024),
                    Workspace,
                    Mount.Symlink("/workspace2", "/workspace")
                )
            )
            .Select(static mount => mount.InsidePath)
            .ShouldBe(["/home/agent", "/home/agent/.config/a", "/workspace", "/workspace2"]);

    [Theory]
    [InlineData("relative")]
    [InlineData("/")]
    [InlineData("/a/../b")]
    [InlineData("/a//b")]
    [InlineData("/a/")]
    [InlineData("/a\0b")]
    [InlineData("/proc")]
    [InlineData("/proc/sys")]
    [InlineData("/dev/kvm")]
    [InlineData("/.bartizan-helper")]
    public void A_place_that_is_not_canonical_or_not_free_is_refused(string path) =>
        Refusal(Mount.Tmpfs(path, 1024)).ShouldContain("can't be mounted on");

    [Fact]
    public void A_place_is_mounted_on_once() =>
        Refusal(Mount.Tmpfs("/a", 1), Mount.Symlink("/a", "/b")).ShouldContain("twice");

    [Fact]
    public void A_variable_with_an_impossible_name_is_refused()
    {
        var plan = Plan();
        Should
            .Throw<SandboxUnavailableException>(() =>
                PlanRules.Ordered(plan with { Variables = plan.Variables.Add("A=B", "c") })
            )
            .Message.ShouldContain("`A=B`");
    }

    [Fact]
    public void A_command_names_its_program_by_an_absolute_path() =>
        Should
            .Throw<SandboxUnavailableException>(() => PlanRules.Ordered(Plan() with { Command = ["node"] }))
            .Message.ShouldContain("absolute path");

    private static string Refusal(params Mount[] mounts) =>
        Should.Throw<SandboxUnavailableException>(() => PlanRules.Ordered(Plan(mounts))).Message;

    private static SandboxPlan Plan(params Mount[] mounts) =>
        Sandboxes.Plan("/usr/bin/true") with
        {
            Mounts = [.. mounts],
        };
}
