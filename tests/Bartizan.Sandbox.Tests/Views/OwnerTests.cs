using System.Diagnostics;
using Bartizan.Sandbox.Tests.Views.Attacks;
using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views;

public sealed class OwnerTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Staged_files_are_the_sandboxs_and_applied_files_are_their_owners_again()
    {
        PlantedNodeTests.RequireRoot();
        _house.Write("a", "one");
        _house.Write("d/b", "one");
        await RunAsync(
            "chown 1234:2345 a; chmod 6750 a; chown 3333:4444 d; chmod 2770 d; chown 5555:6666 d/b; chmod 600 d/b"
        );
        var stage = await _house.StageAsync(owner: new UnixOwner(210001, 210001));

        (await StatAsync(stage.Tree, "a")).ShouldBe("210001:210001 750");
        (await StatAsync(stage.Tree, "d")).ShouldBe("210001:210001 770");
        (await StatAsync(stage.Tree, ".")).ShouldStartWith("210001:210001");
        await AgentAsync(
            stage,
            """
            setpriv --reuid 210001 --regid 210001 --clear-groups bash -euc '
            echo two > a; rm d/b; echo two > d/b; echo new > d/n; mkdir d/sub; echo deep > d/sub/f; ln -s n d/l'
            chmod 600 d/b
            """
        );

        (await ApplyAsync(stage)).Done.ShouldBeTrue();

        (await StatAsync(_house.Workspace, "a")).ShouldBe("1234:2345 750");
        (await StatAsync(_house.Workspace, "d/b")).ShouldBe("5555:6666 600");
        (await StatAsync(_house.Workspace, "d/n")).ShouldStartWith("3333:4444");
        (await StatAsync(_house.Workspace, "d/sub")).ShouldStartWith("3333:4444");
        (await StatAsync(_house.Workspace, "d/sub/f")).ShouldStartWith("3333:4444");
        (await StatAsync(_house.Workspace, "d/l")).ShouldStartWith("3333:4444");
        (await StatAsync(_house.Workspace, "d")).ShouldBe("3333:4444 2770");
    }

    [Fact]
    public async Task Permissions_the_person_changed_meanwhile_are_a_conflict_only_where_the_agent_touched_the_file()
    {
        _house.Write("a", "one");
        _house.Write("b", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo two > a");
        await RunAsync("chmod 640 b");
        (await ApplyAsync(stage)).Done.ShouldBeTrue();

        await AgentAsync(stage, "echo two > b");
        (await ApplyAsync(stage)).Conflicts.ShouldHaveSingleItem().Path.ShouldBe("b");
    }

    private async Task RunAsync(string script)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/bash", ["-euc", script]) { WorkingDirectory = _house.Workspace }
        )!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.ShouldBe(0);
    }

    private static async Task<string> StatAsync(string folder, string path)
    {
        using var stat = Process.Start(
            new ProcessStartInfo("stat", ["-c", "%u:%g %a", path])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var text = await stat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await stat.WaitForExitAsync(TestContext.Current.CancellationToken);
        return text.Trim();
    }
}
