using Bartizan.Sandbox.Programs;

namespace Bartizan.Sandbox.Tests.Programs;

public sealed class ProgramFinderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("bartizan-programs-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_program_of_the_system_needs_nothing()
    {
        var found = Find("bash", "/usr/bin:/bin");

        found.Mounts.ShouldBeEmpty();
        found.Executable.ShouldBe("/usr/bin/bash");
        found.Names.ShouldBe(["program bash"]);
        found.SearchPath.ShouldBe(SandboxPaths.SearchPath);
    }

    [Fact]
    public void An_npm_tree_is_mounted_whole_because_packages_stand_beside_each_other()
    {
        Make("proj/node_modules/@acme/tool/bin/tool.js", "#!/usr/bin/env node\n");
        Make("proj/node_modules/@acme/tool/package.json", """{"name":"@acme/tool","version":"1.2.3"}""");
        Link("proj/node_modules/.bin/tool", "../@acme/tool/bin/tool.js");
        Make("nvm/v24/bin/node", "ELF");
        Make("nvm/v24/lib/node_modules/npm/package.json", "{}");

        var found = Find("tool", $"{_root}/proj/node_modules/.bin:{_root}/nvm/v24/bin");

        found.Executable.ShouldBe($"{_root}/proj/node_modules/.bin/tool");
        found.Mounts.Select(m => m.InsidePath).ShouldBe([$"{_root}/nvm/v24", $"{_root}/proj/node_modules"]);
        found.Mounts.ShouldAllBe(m => m.Kind == MountKind.ReadOnlyBind && m.HostPath == m.InsidePath);
        found.Names.ShouldBe(["program tool (@acme/tool 1.2.3)", "interpreter node"]);
        found.SearchPath.ShouldBe($"{_root}/proj/node_modules/.bin:{_root}/nvm/v24/bin:{SandboxPaths.SearchPath}");
    }

    [Fact]
    public void Of_a_global_prefix_only_the_package_is_mounted()
    {
        Make("prefix/lib/node_modules/@acme/tool/cli.exe", "ELF");
        Make("prefix/lib/node_modules/other/secret.js", "x");
        Link("prefix/bin/tool", "../lib/node_modules/@acme/tool/cli.exe");

        var found = Find("tool", $"{_root}/prefix/bin");

        found
            .Mounts.Select(m => (m.Kind, m.InsidePath))
            .ShouldBe([
                (MountKind.Symlink, $"{_root}/prefix/bin/tool"),
                (MountKind.ReadOnlyBind, $"{_root}/prefix/lib/node_modules/@acme/tool"),
            ]);
    }

    [Fact]
    public void A_virtual_environment_brings_its_python()
    {
        Make("py/bin/python3.12", "ELF");
        Make("py/lib/python3.12/os.py", "");
        Make("venv/pyvenv.cfg", "home = x");
        Link("venv/bin/python", $"{_root}/py/bin/python3.12");
        Make("venv/bin/aider", $"#!{_root}/venv/bin/python\n");
        Link("home/bin/aider", "../../venv/bin/aider");

        var found = Find("aider", $"{_root}/home/bin");

        found.Mounts.Select(m => m.InsidePath).ShouldBe([$"{_root}/home/bin/aider", $"{_root}/py", $"{_root}/venv"]);
    }

    [Fact]
    public void A_dotnet_application_brings_its_folder_and_its_runtime()
    {
        Make("app/agent", "ELF");
        Make("app/agent.dll", "MZ");
        Make("app/agent.runtimeconfig.json", "{}");
        Make("dotnet/dotnet", "ELF");
        Make("dotnet/host/fxr/10.0.0/libhostfxr.so", "ELF");

        var found = Find("agent", $"{_root}/app:{_root}/dotnet");

        found.Mounts.Select(m => m.InsidePath).ShouldBe([$"{_root}/app", $"{_root}/dotnet"]);
        found.Variables["DOTNET_ROOT"].ShouldBe($"{_root}/dotnet");
    }

    [Fact]
    public void The_file_an_interpreter_is_given_is_shown_too()
    {
        Make("elsewhere/tool.js", "1");

        var found = ProgramFinder.Find(
            new ProgramQuery
            {
                Name = "bash",
                Arguments = ["-x", $"{_root}/elsewhere/tool.js", "/etc/passwd"],
                SearchPath = "/usr/bin",
                WorkingDirectory = _root,
            }
        );

        found.Mounts.Select(m => m.InsidePath).ShouldBe([$"{_root}/elsewhere/tool.js"]);
    }

    [Fact]
    public void A_lone_file_is_mounted_alone()
    {
        Make("bin/tool", "ELF");
        Make("bin/neighbour", "ELF");

        Find("tool", $"{_root}/bin").Mounts.ShouldHaveSingleItem().InsidePath.ShouldBe($"{_root}/bin/tool");
    }

    [Fact]
    public void A_root_that_holds_the_workspace_or_keys_is_never_mounted()
    {
        Make("home/pyvenv.cfg", "home = x");
        Make("home/bin/tool", "ELF");
        Make("home/work/a", "x");
        Make("user/pyvenv.cfg", "home = x");
        Make("user/bin/tool2", "ELF");
        Directory.CreateDirectory($"{_root}/user/.ssh");

        Find("tool", $"{_root}/home/bin", workspace: $"{_root}/home/work")
            .Mounts.ShouldHaveSingleItem()
            .InsidePath.ShouldBe($"{_root}/home/bin/tool");
        Find("tool2", $"{_root}/user/bin").Mounts.ShouldHaveSingleItem().InsidePath.ShouldBe($"{_root}/user/bin/tool2");
    }

    [Fact]
    public void Nothing_of_the_state_directory_is_shown()
    {
        Make("state/bin/tool", "ELF");

        var query = new ProgramQuery
        {
            Name = "tool",
            SearchPath = $"{_root}/state/bin",
            WorkingDirectory = "/",
            Never = [$"{_root}/state"],
        };

        Should
            .Throw<ProgramNotFoundException>(() => ProgramFinder.Find(query))
            .Message.ShouldContain("nothing is shown");
    }

    [Theory]
    [InlineData("", "runner.runtimeconfig.json", "work/runner")]
    [InlineData("bin/", "pyvenv.cfg", "work/bin/runner")]
    [InlineData("sub/", "sub/runner.runtimeconfig.json", "work/sub")]
    public void The_whole_workspace_is_never_a_programs_package(string below, string marker, string shown)
    {
        Make($"work/{below}runner", "ELF");
        Make($"work/{Path.ChangeExtension($"{below}runner", ".dll")}", "CIL");
        Make($"work/{marker}", "{}");
        Make("work/.env", "SECRET=1");
        Link("linked", $"{_root}/work");
        var query = new ProgramQuery
        {
            Name = $"./{below}runner",
            SearchPath = "",
            WorkingDirectory = $"{_root}/work",
            HostWorkspace = $"{_root}/linked",
        };

        var mounts = ProgramFinder.Find(query).Mounts;

        mounts.ShouldHaveSingleItem().InsidePath.ShouldBe($"{_root}/{shown}");

        // The control: unknown as a workspace, its folder may be the package.
        if (shown != "work/sub")
        {
            ProgramFinder
                .Find(query with { HostWorkspace = "" })
                .Mounts.ShouldHaveSingleItem()
                .InsidePath.ShouldBe($"{_root}/work");
        }
    }

    [Fact]
    public void The_working_directory_is_not_searched_by_an_empty_entry()
    {
        Make("tool", "ELF");

        Should
            .Throw<ProgramNotFoundException>(() => Find("tool", ":.:"))
            .Message.ShouldContain("`tool` is not on the PATH");
    }

    [Fact]
    public void A_missing_interpreter_is_named()
    {
        Make("bin/tool", "#!/usr/bin/env nodejs-of-the-future\n");

        Should
            .Throw<ProgramNotFoundException>(() => Find("tool", $"{_root}/bin"))
            .Message.ShouldContain("nodejs-of-the-future");
    }

    [Fact]
    public void A_loop_of_links_is_refused()
    {
        Link("bin/a", "b");
        Link("bin/b", "a");

        Should.Throw<ProgramNotFoundException>(() => Find("a", $"{_root}/bin"));
    }

    [Theory]
    [InlineData("claude", "claude", "@anthropic-ai/claude-code")]
    [InlineData("codex", "codex", "@openai/codex")]
    public void Real_clients_are_found_where_npm_put_them(string folder, string name, string package)
    {
        var npm = Environment.GetEnvironmentVariable("HARNESS_NPM") ?? "/tmp/harness-npm";
        var bin = $"{npm}/{folder}/node_modules/.bin";
        if (!Directory.Exists(bin))
        {
            Assert.Skip("the clients of the harness are not installed (harness/setup.sh node clients)");
        }

        var found = Find(name, $"{bin}:{npm}/node24/node_modules/node/bin:/usr/bin");

        found.Mounts.Select(m => m.InsidePath).ShouldContain($"{npm}/{folder}/node_modules");
        found.Names[0].ShouldContain(package);
    }

    private static FoundProgram Find(string name, string path, string workspace = "") =>
        ProgramFinder.Find(
            new ProgramQuery
            {
                Name = name,
                SearchPath = path,
                WorkingDirectory = "/",
                Workspace = workspace,
            }
        );

    private void Make(string path, string content)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        File.SetUnixFileMode(full, (UnixFileMode)0b111_101_101);
    }

    private void Link(string path, string target)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
    }
}
