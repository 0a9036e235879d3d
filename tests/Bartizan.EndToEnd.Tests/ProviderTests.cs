using System.Diagnostics;
using Bartizan.Vault.Tests.Providers.Hashi;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The built program, an agent in its sandbox, and a Vault that issues what the agent's requests are made with.</summary>
public sealed class ProviderTests
{
    [Fact]
    public async Task A_model_is_called_with_what_a_vault_issued_and_its_end_revokes_it()
    {
        await using var there = await OwnVault.StartAsync();
        await using var scene = await OpenAsync(there, "corp/database/creds/reader#password");

        var run = await scene.RunAsync(Scene.Ask + "ask; env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'");

        run.Output.ShouldContain("ANSWERED", customMessage: run.ToString());
        var used = scene.Upstream.Requests.Single().Headers["x-api-key"];
        used.ShouldStartWith("A1a-");
        run.ToString().ShouldNotContain(used);
        await GoneAsync(there);
        await SaysItAsync(scene);
        (await scene.LogAsync("kind:outcome")).ShouldContain(e =>
            (string?)e["credential"] == "provider:corp/database/creds/reader#password@1"
        );
        await scene.BartizanAsync("down");
        foreach (var file in scene.Written())
        {
            var text = await File.ReadAllTextAsync(file);
            text.ShouldNotContain(used, customMessage: file);
            text.ShouldNotContain(OwnVault.SecretId, customMessage: file);
            text.ShouldNotContain("hvs.", customMessage: file);
        }
    }

    [Fact]
    public async Task A_daemon_that_was_killed_revokes_when_it_is_back_and_a_sealed_vault_is_asked_again()
    {
        await using var there = await OwnVault.StartAsync();
        await using var scene = await OpenAsync(there, "corp/database/creds/reader#password");
        await using var run = scene.StartRun(Scene.Ask + "ask; echo THE END; sleep 600");
        await run.SaysAsync("THE END");
        there.Accounts.Count.ShouldBe(1);
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync())!.Value))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        there.Accounts.Count.ShouldBe(1);
        there.IsSealed = true;
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        await Scene.UntilAsync(() => there.Asked.Contains("POST auth/approle/login"), "it tried");
        await StandsAsync(scene);
        there.IsSealed = false;

        await GoneAsync(there);
        await SaysItAsync(scene);
    }

    [Fact]
    public async Task A_kill_revokes_what_was_issued_and_a_lost_answer_leaves_nothing()
    {
        await using var there = await OwnVault.StartAsync();
        there.Lost = ("database/", 1);
        await using var scene = await OpenAsync(there, "corp/database/creds/reader#password");
        await using var run = scene.StartRun(
            Scene.Ask + "ask; until ask | grep -q ANSWERED; do sleep 1; done; echo THE END; sleep 600"
        );
        await run.SaysAsync("THE END");
        there.Accounts.Count.ShouldBe(1);

        (await scene.BartizanAsync("kill", await scene.SessionAsync())).Code.ShouldBe(0);

        await GoneAsync(there);
    }

    [Fact]
    public async Task Check_says_what_is_wrong_with_a_provider()
    {
        await using var there = await OwnVault.StartAsync();
        await using var scene = await OpenAsync(there, "corpo/database/creds/reader#password");
        (await scene.BartizanAsync("check")).ToString().ShouldContain("there is no provider `corpo` in `providers`");
        var text = await File.ReadAllTextAsync(scene.ManifestPath);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            text.Replace("corpo/", "corp/").Replace(there.Url.AbsoluteUri.TrimEnd('/'), "http://vault.example.com")
        );
        (await scene.BartizanAsync("check")).ToString().ShouldContain("would be signed in to in cleartext");
    }

    private static Task GoneAsync(OwnVault there) =>
        Scene.UntilAsync(() => there.Accounts.Count + there.Tokens.Count == 0, "nothing stands there any more");

    // The vault has been asked before its answer has been heard: the status says it when it has.
    private static Task StandsAsync(Scene scene) => scene.UntilSaysAsync("isn't revoked yet", "status");

    private static Task SaysItAsync(Scene scene) => scene.UntilSaysAsync("login revoked", "log", "kind:vault");

    private static async Task<Scene> OpenAsync(OwnVault there, string place)
    {
        var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await using var set = scene.Start("vault", "set", "corp/own", "--host", there.Url.Authority);
        await set.Input.WriteAsync(OwnVault.SecretId);
        set.Input.Close();
        (await set.EndAsync()).Code.ShouldBe(0);
        var text = await File.ReadAllTextAsync(scene.ManifestPath);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            text.Replace("env:UP_KEY", $"\"provider:{place}\"", StringComparison.Ordinal)
                .Replace(
                    "credentials:\n",
                    $$"""
                    providers:
                      corp: { kind: vault, url: "{{there.Url.AbsoluteUri.TrimEnd(
                        '/'
                    )}}", auth: { approle: {{OwnVault.RoleId}} }, with: own }
                    credentials:
                      own: { from: vault:corp/own }

                    """,
                    StringComparison.Ordinal
                )
        );
        return scene;
    }
}
