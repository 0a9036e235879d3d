using System.Text.Json;

namespace Bartizan.EndToEnd.Tests;

public sealed class VaultImportTests
{
    // Its last six letters are GitHub's checksum of the thirty before them.
    private const string Token = "ghp" + "_kJ3x9QmT2vLr8WbN5cYh1ZpD6sGaFu" + Sum;
    private const string Sum = "301hJO";

    private const string Production = """
        apiVersion: bartizan/v1
        agent: shop
        version: 1
        owner: shop@example.com
        description: Reads a folder.
        environment: production
        run: { command: [sh] }
        rules:
          - { allow: exec ls *, why: It looks around. }

        """;

    [Fact]
    public async Task A_token_in_a_workspace_is_shown_moved_and_gone_and_check_fails_until_then()
    {
        await using var scene = await Scene.OpenAsync();
        var workspace = Directory.CreateDirectory(Path.Combine(scene.Root, "shop")).FullName;
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        var file = Path.Combine(workspace, ".env");
        await File.WriteAllTextAsync(file, $"DEBUG=1\nGITHUB_TOKEN={Token}\n");

        var manifest = Path.Combine(workspace, "agent.yaml");
        await File.WriteAllTextAsync(manifest, Production + "credentials: { k: { from: env:K } }\n");
        var unfit = await scene.BartizanAsync("check", manifest);
        unfit.Code.ShouldBe(3);
        unfit.Error.ShouldContain("`k` is a static credential in a variable");
        unfit.Error.ShouldContain(".env:2:1: a credential (github-token) lies in the clear");
        await File.WriteAllTextAsync(manifest, Production);

        var shown = await scene.BartizanAsync("vault", "import", workspace, "--folder-only", "--no-history");

        shown.Code.ShouldBe(1);
        shown.Output.ShouldContain("GITHUB_TOKEN=********");
        shown.Output.ShouldContain("nothing was changed");
        (await File.ReadAllTextAsync(file)).ShouldContain(Token);

        string[] moves = ["vault", "import", workspace, "--folder-only", "--no-history", "--write"];
        var moved = await scene.BartizanAsync(moves);

        moved.Code.ShouldBe(0, moved.ToString());
        moved.Output.ShouldContain("rotate where they were issued");
        (await File.ReadAllTextAsync(file)).ShouldBe("DEBUG=1\nGITHUB_TOKEN=vault:shop/github-token\n");
        var listed = await scene.BartizanAsync("vault", "list", "--json");
        var path = JsonDocument.Parse(listed.Output).RootElement.GetProperty("credentials")[0].GetProperty("path");
        path.GetString().ShouldEndWith("/github-token");
        var log = await scene.BartizanAsync("log", "kind:vault");
        (await scene.BartizanAsync("check", manifest)).Code.ShouldBe(0);
        (unfit.ToString() + shown + moved + listed + log).ShouldNotContain(Token);
        (await scene.BartizanAsync(moves)).Output.ShouldContain("no credential lies in the clear");
    }
}
