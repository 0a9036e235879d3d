using System.Text;
using Bartizan.EndToEnd.Tests.Walk;
using Bartizan.Gateway.Tests.Egress.Git;

namespace Bartizan.EndToEnd.Tests;

/// <summary>An agent that uses Git by SSH as it always does, in a real sandbox, with a real OpenSSH server, and holds no key.</summary>
public sealed class GitSshTests
{
    [Fact]
    public async Task An_agent_clones_and_pushes_by_ssh_and_the_key_is_nowhere()
    {
        await using var scene = await Scene.OpenAsync();
        await using var host = await SshHost.StartAsync();
        await StoreAsync(scene, host);
        Write(scene, host);
        await using var daemon = scene.Start("up", "--foreground");
        await Scene.UntilAsync(() => File.Exists(Path.Combine(scene.Home, "control.sock")), "the instance was up");

        await using var run = scene.StartRun(Script(host.UrlAt("localhost").ToString()));
        await run.SaysAsync("THE WORK ENDS HERE");

        run.Output.ShouldContain("PUSHED");
        run.Output.ShouldContain("SECRET REFUSED");
        run.Output.ShouldContain("remote error: bartizan: bartizan refused `tool forge/fetch`");
        run.Output.ShouldContain("SSH REFUSED");
        (await host.TellAsync("acme/site", "log", "--format=%an %s", "-1", "main"))
            .Trim()
            .ShouldBe("Agent The agent's");
        host.Asked.ShouldNotContain("secret");
        var processes = AgentRemains.ProcessesBeside(Scene.Processes("marked-for-the-test")[0]);
        Remain[] remains =
        [
            .. AgentRemains.MemoryOf(processes),
            .. AgentRemains.FilesSeenBy(processes[0]),
            new("transcript", Encoding.UTF8.GetBytes(run.Output), true),
            new("log", Encoding.UTF8.GetBytes((await scene.BartizanAsync("log", "--json")).ToString()), true),
        ];
        // A line of the key: nothing of it may be anywhere, in any form.
        var kept = Convert.ToBase64String(Encoding.UTF8.GetBytes(host.Key));
        new Hunt(kept, kept[200..260], host.Key.Split('\n')[2]).Find(remains).ShouldBeEmpty();
        new Hunt("planted-by-the-test-4f81").Find(remains).ShouldNotBeEmpty("the search finds what is there");
        run.Input.Close();
        await run.EndAsync();
        var log = await scene.LogAsync("kind:intent");
        log.ShouldContain(e => $"{e["target"]}" == "forge/push");
    }

    private static string Script(string url) =>
        $$"""
            export GIT_AUTHOR_NAME=Agent GIT_AUTHOR_EMAIL=agent@example.com GIT_COMMITTER_NAME=Agent GIT_COMMITTER_EMAIL=agent@example.com
            cd /tmp; git clone -q {{url}}acme/site.git work && cd work && git commit -q --allow-empty -m "The agent's" && git push -q origin HEAD && echo PUSHED
            git ls-remote {{url}}acme/secret.git 2>&1 || echo "SECRET REFUSED"
            git -c core.sshCommand="ssh -o StrictHostKeyChecking=no" ls-remote ssh://other@localhost/acme/site 2>&1 || echo "SSH REFUSED"
            env; cat ~/.gitconfig ~/.ssh/* 2>&1; P=planted-by-the-; export PLANTED=${P}test-4f81; sleep 600 & echo "THE WORK ENDS HERE"; : marked-for-the-test; read -r x; kill %1
            """;

    private static async Task StoreAsync(Scene scene, SshHost host)
    {
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await using var set = scene.Start(
            "vault",
            "set",
            "forge/deploy",
            "--host",
            $"localhost:{host.Port}",
            "--agent",
            "tried"
        );
        // A value of the vault is one line.
        await set.Input.WriteAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(host.Key)));
        set.Input.Close();
        var end = await set.EndAsync();
        end.Code.ShouldBe(0, end.ToString());
    }

    private static void Write(Scene scene, SshHost host)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: tool forge/fetch
                args: { repository: { in: [acme/site] } }
                why: It reads the shop's code.
              - allow: tool forge/push
                args: { repository: { in: [acme/site] } }
                why: It writes the shop's code.
            git:
              forge: { url: "{{host.UrlAt("localhost")}}", host_key: "{{host.PublicKeyOf("host")}}", with: deploy }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    "credentials:\n  deploy: { from: vault:forge/deploy }\n",
                    StringComparison.Ordinal
                )
        );
    }
}
