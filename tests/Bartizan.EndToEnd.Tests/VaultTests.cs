using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.EndToEnd.Tests;

public sealed class VaultTests
{
    private const string Value = "sk-real-vault-5d2e90c71ab84f36";

    [Fact]
    public async Task A_model_is_called_with_a_key_of_the_vault_and_nobody_can_read_it_back()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        (await SetAsync(scene, Value)).Code.ShouldBe(0);
        UseVault(scene);

        var run = await scene.RunAsync(
            Scene.Ask + "ask; env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'"
        );

        run.Output.ShouldContain("ANSWERED");
        scene.Upstream.Requests.Single().Headers["x-api-key"].ShouldBe(Value);
        run.ToString().ShouldNotContain("sk-real");
        var listed = await scene.BartizanAsync("vault", "list", "--json");
        var line = JsonDocument.Parse(listed.Output).RootElement.GetProperty("credentials")[0];
        line.GetProperty("path").GetString().ShouldBe("up/tests");
        line.GetProperty("state").GetString().ShouldBe("current");
        line.TryGetProperty("lastUse", out _).ShouldBeTrue();
        var log = await scene.BartizanAsync("log", "kind:vault");
        log.Output.ShouldContain("vault:up/tests@1 lent");
        (listed.ToString() + log + await scene.BartizanAsync("vault", "status", "--json")).ShouldNotContain("sk-real");
        await scene.BartizanAsync("down");
        ShouldStandNowhere(scene, Value);
    }

    [Fact]
    public async Task A_vault_that_is_sealed_lends_nothing_and_says_so()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        await SetAsync(scene, Value);
        UseVault(scene);
        (await scene.BartizanAsync("vault", "seal")).Code.ShouldBe(0);

        var run = await scene.RunAsync(Scene.Ask + "ask");

        run.Output.ShouldContain("HTTP/1.1 502");
        run.Output.ShouldContain("the credential for the upstream");
        scene.Upstream.Requests.ShouldBeEmpty();
        (await scene.BartizanAsync("log", "kind:outcome")).Output.ShouldContain("the vault is sealed");
    }

    [Fact]
    public async Task A_value_that_is_bound_to_another_host_is_not_sent_to_an_upstream()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        (await PipedAsync(scene, Value, "vault", "set", "up/tests", "--host", "api.example.com")).Code.ShouldBe(0);
        UseVault(scene);

        var run = await scene.RunAsync(Scene.Ask + "ask");

        run.Output.ShouldContain("HTTP/1.1 502");
        scene.Upstream.Requests.ShouldBeEmpty();
        (await scene.BartizanAsync("log", "kind:outcome")).Output.ShouldContain("isn't lent for requests to `http://");
        (await PipedAsync(scene, $"{Value}-2", "vault", "rotate", "up/tests")).Code.ShouldBe(0);
        (await LineAsync(scene)).GetProperty("hosts")[0].GetString().ShouldBe("api.example.com:443");
        (await PipedAsync(scene, $"{Value}-3", "vault", "rotate", "up/tests", "--any-host")).Code.ShouldBe(0);
        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldContain("ANSWERED");
        (await scene.BartizanAsync("log", "kind:outcome", "--json")).Output.ShouldContain("vault:up/tests@3");
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_instance_was_killed()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        for (var round = 0; round < 3; round++)
        {
            (await SetAsync(scene, $"{Value}-{round}", $"up/tests-{round}")).Code.ShouldBe(0);
            using var daemon = Process.GetProcessById((await scene.DaemonAsync())!.Value);
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        var listed = await scene.BartizanAsync("vault", "list");

        listed.Output.ShouldContain("up/tests-0");
        listed.Output.ShouldContain("up/tests-1");
        listed.Output.ShouldContain("up/tests-2");
    }

    [Fact]
    public async Task The_memory_is_kept_out_of_the_swap_where_the_host_lets_it_and_the_status_says_which()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);

        var says = (await scene.BartizanAsync("vault", "status")).Output;

        var lines = await File.ReadAllLinesAsync($"/proc/{(await scene.DaemonAsync())!.Value}/status");
        var locked = long.Parse(
            lines
                .Single(l => l.StartsWith("VmLck:", StringComparison.Ordinal))
                .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture
        );
        // A root without CAP_IPC_LOCK, as containers have it, locks none: both are right, but what is said is to be true.
        says.ShouldContain(locked > 0 ? "its memory isn't swapped out" : "its memory can be swapped out");
    }

    [Fact]
    public async Task A_vault_file_that_was_put_back_stays_sealed()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        await SetAsync(scene, Value);
        var place = Path.Combine(scene.Home, "vault", "sealed");
        var older = await File.ReadAllBytesAsync(place);
        await SetAsync(scene, Value, "up/second");
        await scene.BartizanAsync("down");
        await File.WriteAllBytesAsync(place, older);

        var opened = await scene.BartizanAsync("vault", "unseal");

        (await scene.BartizanAsync("vault", "status")).Output.ShouldContain("isn't the vault's last file");
        opened.Code.ShouldBe(4);
        opened.Error.ShouldContain("isn't the vault's last file");
        (await scene.BartizanAsync("vault", "unseal", "--accept-older")).Code.ShouldBe(0);
        (await scene.BartizanAsync("log", "kind:vault")).Output.ShouldContain("an older file accepted");
    }

    [Fact]
    public async Task A_vault_that_somebody_else_built_is_not_opened_by_itself_and_its_keys_are_not_lent()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        await SetAsync(scene, Value);
        await scene.BartizanAsync("down");
        await using var theirs = await Scene.OpenAsync();
        await InitAsync(theirs);
        await SetAsync(theirs, "sk-of-the-attacker-41c7");
        await SetAsync(theirs, "sk-of-the-attacker-41c8", "up/more");
        await theirs.BartizanAsync("down");
        File.Copy(Path.Combine(theirs.Home, "vault", "sealed"), Path.Combine(scene.Home, "vault", "sealed"), true);
        UseVault(scene);

        await scene.RunAsync(Scene.Ask + "ask");

        scene.Upstream.Requests.ShouldBeEmpty();
        (await scene.BartizanAsync("vault", "status")).Output.ShouldContain("this isn't the vault that the log knows");
        (await scene.BartizanAsync("vault", "unseal")).Code.ShouldBe(4);
        (await scene.BartizanAsync("log", "kind:vault")).Output.ShouldContain("not opened");
    }

    [Fact]
    public async Task A_rotation_keeps_the_terms_and_only_who_says_so_widens_them()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        string[] terms = ["--agent", "billing", "--expires", "2099-01-01", "--rotate-every", "90d"];
        (await PipedAsync(scene, Value, ["vault", "set", "up/tests", .. terms])).Code.ShouldBe(0);

        (await PipedAsync(scene, $"{Value}-2", "vault", "rotate", "up/tests")).Code.ShouldBe(0);

        var kept = await LineAsync(scene);
        kept.GetProperty("agents")[0].GetString().ShouldBe("billing");
        kept.GetProperty("expires").GetString()!.ShouldStartWith("2099-01-01");
        kept.TryGetProperty("rotateBy", out _).ShouldBeTrue();
        (
            await PipedAsync(scene, $"{Value}-3", "vault", "rotate", "up/tests", "--any-agent", "--no-expiry")
        ).Code.ShouldBe(0);
        var wider = await LineAsync(scene);
        (wider.TryGetProperty("agents", out var agents) ? agents.GetArrayLength() : 0).ShouldBe(0);
        wider.TryGetProperty("expires", out _).ShouldBeFalse();
        var past = await PipedAsync(scene, "v", "vault", "rotate", "up/tests", "--expires", "2020-01-01");
        past.Error.ShouldContain("it wouldn't be lent");
        var tooLong = await PipedAsync(scene, "v", "vault", "rotate", "up/tests", "--rotate-every", "2000000000d");
        tooLong.Code.ShouldNotBe(0);
        (await scene.BartizanAsync("vault", "list")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_rekey_to_the_key_file_that_it_has_is_refused()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        var place = Path.Combine(scene.Root, "vault.key");

        var silent = await scene.BartizanAsync("vault", "rekey", "--key-file", place);
        var said = await scene.BartizanAsync("vault", "rekey", "--key-file", place, "--existing-key");

        silent.Error.ShouldContain("there is a file at");
        said.Error.ShouldContain("that is the key that the vault has");
        (silent.Code, said.Code).ShouldBe((4, 4));
    }

    [Fact]
    public async Task A_passphrase_opens_the_vault_and_another_does_not()
    {
        await using var scene = await Scene.OpenAsync();
        (await PipedAsync(scene, "correct horse battery staple", "vault", "init", "--passphrase")).Code.ShouldBe(0);
        await SetAsync(scene, Value);
        await scene.BartizanAsync("down");

        (await scene.BartizanAsync("vault", "status")).Output.ShouldContain("sealed; opened by a passphrase");
        var wrong = await PipedAsync(scene, "correct horse battery stable", "vault", "unseal");
        wrong.Code.ShouldBe(4);
        wrong.Error.ShouldContain("doesn't open this vault");
        (await scene.BartizanAsync("log", "kind:vault")).Output.ShouldContain("not opened");
        (await PipedAsync(scene, "correct horse battery staple\n", "vault", "unseal")).Code.ShouldBe(0);
        (await scene.BartizanAsync("vault", "list")).Output.ShouldContain("up/tests");
        await scene.BartizanAsync("down");
        ShouldStandNowhere(scene, "correct horse");
    }

    [Fact]
    public async Task A_dump_of_the_daemon_would_hold_no_memory()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        var filter = await File.ReadAllTextAsync($"/proc/{await scene.DaemonAsync()}/coredump_filter");

        Convert.ToInt32(filter.Trim(), 16).ShouldBe(0);
    }

    [Fact]
    public async Task So_many_shares_open_the_vault_and_a_value_that_was_rotated_or_revoked_is_lent_so()
    {
        await using var scene = await Scene.OpenAsync();
        await InitAsync(scene);
        await SetAsync(scene, Value);
        var rekeyed = await scene.BartizanAsync("vault", "rekey", "--shares", "3", "--threshold", "2", "--json");
        var shares = JsonDocument.Parse(rekeyed.Output).RootElement.GetProperty("newShares");
        (await PipedAsync(scene, $"{Value}-2", "vault", "rotate", "up/tests", "--grace", "1h")).Code.ShouldBe(0);
        await scene.BartizanAsync("down");
        UseVault(scene);

        var first = await PipedAsync(scene, shares[2].GetString()!, "vault", "unseal");
        first.Output.ShouldContain("1 of 2 shares are given");
        (await PipedAsync(scene, shares[2].GetString()!, "vault", "unseal")).Error.ShouldContain("was given already");
        var wrong = shares[1].GetString()!.Replace("-2-", "-1-", StringComparison.Ordinal);
        (await PipedAsync(scene, wrong, "vault", "unseal")).Error.ShouldContain("is no share of this vault's lock");
        (await PipedAsync(scene, shares[0].GetString()!, "vault", "unseal")).Output.ShouldContain("open");

        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldContain("ANSWERED");
        scene.Upstream.Requests.Single().Headers["x-api-key"].ShouldBe($"{Value}-2");
        (await scene.BartizanAsync("vault", "list")).Output.ShouldContain("@1 in grace");
        (await scene.BartizanAsync("vault", "revoke", "up/tests", "--why", "it leaked")).Code.ShouldBe(0);
        await scene.RunAsync(Scene.Ask + "ask");
        scene.Upstream.Requests.Count.ShouldBe(1);
        var log = (await scene.BartizanAsync("log", "kind:vault")).Output;
        log.ShouldContain("revoked");
        log.ShouldContain("it leaked");
        (await scene.BartizanAsync("vault", "remove", "up/tests")).Code.ShouldBe(0);
        (await scene.BartizanAsync("vault", "list")).Output.ShouldNotContain("up/tests");
    }

    private static async Task InitAsync(Scene scene) =>
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );

    private static async Task<JsonElement> LineAsync(Scene scene) =>
        JsonDocument
            .Parse((await scene.BartizanAsync("vault", "list", "--json")).Output)
            .RootElement.GetProperty("credentials")[0];

    private static Task<Finished> SetAsync(Scene scene, string value, string path = "up/tests") =>
        PipedAsync(scene, value, "vault", "set", path);

    private static async Task<Finished> PipedAsync(Scene scene, string input, params string[] arguments)
    {
        await using var running = scene.Start(arguments);
        await running.Input.WriteAsync(input);
        running.Input.Close();
        return await running.EndAsync();
    }

    private static void UseVault(Scene scene) =>
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath).Replace("env:UP_KEY", "vault:up/tests, ttl: 15m")
        );

    private static void ShouldStandNowhere(Scene scene, string text)
    {
        foreach (var file in Directory.GetFiles(scene.Root, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            bytes.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)).ShouldBe(-1, file);
        }
    }
}
