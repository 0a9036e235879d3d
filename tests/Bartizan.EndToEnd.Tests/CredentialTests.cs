namespace Bartizan.EndToEnd.Tests;

public sealed class CredentialTests
{
    [Fact]
    public async Task The_provider_gets_its_key_and_the_agent_never_sees_it()
    {
        await using var scene = await Scene.OpenAsync();
        var ssh = Path.Combine(scene.Root, "person", ".ssh");
        Directory.CreateDirectory(ssh);
        await File.WriteAllTextAsync(Path.Combine(ssh, "id_ed25519"), "canary-key-55aa");

        var run = await scene.RunAsync(
            Scene.Ask
                + $"""
                ask; env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n'; cat {ssh}/id_ed25519; ls -la {scene.Home} {scene.Root}
                grep -rls sk-re[a]l /workspace /home /tmp /etc /run /dev/shm 2>/dev/null; true
                """
        );

        run.Output.ShouldContain("ANSWERED");
        scene.Upstream.Requests.Single().Headers["x-api-key"].ShouldBe(Scene.ProviderKey);
        run.Output.ShouldContain("ANTHROPIC_API_KEY=", Case.Sensitive);
        run.ToString().ShouldNotContain("sk-real");
        run.ToString().ShouldNotContain("canary-key-55aa");
        run.Output.ShouldNotContain("daemon.lock");
    }

    [Theory]
    [InlineData("wrong-token")]
    [InlineData("sk-ant-api03-guessed")]
    public async Task A_wrong_token_is_refused_before_anything_leaves(string token)
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync(Scene.Ask + $"ask {token}");

        run.Output.ShouldMatch("HTTP/1.1 40[13]");
        run.Output.ShouldNotContain("sk-real");
        scene.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_credential_that_the_person_does_not_have_is_named_and_nothing_leaks()
    {
        await using var scene = await Scene.OpenAsync();
        var start = scene.Command("dotnet", Scene.Program, "run", "--", "bash", "-c", Scene.Ask + "ask");
        start.Environment.Remove("UP_KEY");
        await using var run = Running.Start(start);
        run.Input.Close();

        var end = await run.EndAsync();

        end.ToString().ShouldContain("UP_KEY");
        end.Output.ShouldNotContain("HTTP/1.1 200");
        scene.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_provider_says_of_its_key_does_not_come_in()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Upstream.Answer = context =>
            Gateway.Tests.Model.ScriptedUpstream.JsonAsync(
                context,
                """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""",
                401
            );

        var run = await scene.RunAsync(Scene.Ask + "ask");

        run.Output.ShouldMatch("HTTP/1.1 [45]");
        run.ToString().ShouldNotContain("sk-real");
    }

    [Fact]
    public async Task The_key_stands_in_no_file_of_the_state_directory()
    {
        await using var scene = await Scene.OpenAsync();
        await scene.RunAsync(Scene.Ask + "ask >/dev/null");
        await scene.BartizanAsync("down");

        var files = Directory.GetFiles(scene.Home, "*", SearchOption.AllDirectories);
        files.ShouldContain(f => f.Contains("/log/"));
        foreach (var file in files)
        {
            // Shared with everybody: reading takes no lock and minds none.
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            bytes.ToArray().AsSpan().IndexOf("sk-real"u8).ShouldBe(-1, file);
        }
    }
}
