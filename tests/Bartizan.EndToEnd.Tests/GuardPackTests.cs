namespace Bartizan.EndToEnd.Tests;

/// <summary>A pack of guards from its signature to the record, by the commands.</summary>
public sealed class GuardPackTests
{
    [Fact]
    public async Task A_signed_pack_is_tried_installed_and_recorded_and_no_others_is_taken()
    {
        await using var scene = await Scene.OpenAsync();
        var (json, note, key) = (At(scene, "pack.json"), At(scene, "pack.note"), At(scene, "publisher.key"));
        var drafted = await scene.BartizanAsync("guards", "draft", "next");
        await File.WriteAllTextAsync(json, drafted.Output);
        var signed = await scene.BartizanAsync("guards", "sign", json, "--key", key, "--name", "example.com/guards");
        signed.Code.ShouldBe(0, signed.ToString());
        await File.WriteAllTextAsync(note, signed.Output);
        var publisher = signed.Error.Split("--trust ")[1].Trim();

        (await scene.BartizanAsync("guards", "update", note)).Error.ShouldContain("no publisher is trusted yet");
        var tried = await scene.BartizanAsync("guards", "update", note, "--trust", publisher);
        tried.Code.ShouldBe(0, tried.ToString());
        (await scene.BartizanAsync("guards", "show")).Output.ShouldStartWith("shipped");

        await scene.BartizanAsync("down");
        var applied = await scene.BartizanAsync("guards", "update", note, "--trust", publisher, "--apply");
        applied.Code.ShouldBe(0, applied.ToString());
        (await scene.BartizanAsync("guards", "show")).Output.ShouldStartWith("next, signed by example.com/guards");
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var recorded = await scene.BartizanAsync("log", "kind:instance", "--json");
        recorded.Output.ShouldContain("pack next, number 1, signed by example.com/guards+");

        await File.WriteAllTextAsync(
            json,
            drafted.Output.Replace("\"number\": 1", "\"number\": 3", StringComparison.Ordinal)
        );
        var newest = await scene.BartizanAsync("guards", "sign", json, "--key", key);
        await File.WriteAllTextAsync(note, newest.Output);
        (await scene.BartizanAsync("guards", "update", note, "--apply")).Code.ShouldBe(0);
        await File.WriteAllTextAsync(note, signed.Output);
        var back = await scene.BartizanAsync("guards", "update", note, "--apply");
        back.Code.ShouldBe(4, back.ToString());
        back.Error.ShouldContain("number 1");

        var other = await scene.BartizanAsync(
            "guards",
            "sign",
            json,
            "--key",
            At(scene, "other.key"),
            "--name",
            "example.com/guards"
        );
        await File.WriteAllTextAsync(note, other.Output);
        var taken = await scene.BartizanAsync("guards", "update", note, "--apply");
        taken.Code.ShouldBe(1, taken.ToString());
        taken.Error.ShouldContain("carries no valid signature");
        var changed = await scene.BartizanAsync(
            "guards",
            "update",
            note,
            "--trust",
            other.Error.Split("--trust ")[1].Trim(),
            "--apply"
        );
        changed.Code.ShouldBe(4, changed.ToString());
    }

    [Fact]
    public async Task A_pack_that_was_changed_on_disk_keeps_the_daemon_down()
    {
        await using var scene = await Scene.OpenAsync();
        var (json, note) = (At(scene, "pack.json"), At(scene, "pack.note"));
        await File.WriteAllTextAsync(json, """{"pack":"next","number":2}""");
        var signed = await scene.BartizanAsync(
            "guards",
            "sign",
            json,
            "--key",
            At(scene, "k"),
            "--name",
            "example.com/g"
        );
        await File.WriteAllTextAsync(note, signed.Output);
        var publisher = signed.Error.Split("--trust ")[1].Trim();
        await scene.BartizanAsync("down");
        (await scene.BartizanAsync("guards", "update", note, "--trust", publisher, "--apply")).Code.ShouldBe(0);
        var installed = Path.Combine(scene.Home, "guards", "pack.note");
        await File.WriteAllTextAsync(installed, signed.Output.Replace("next", "text", StringComparison.Ordinal));

        var up = await scene.BartizanAsync("up");

        up.Code.ShouldBe(125, up.ToString());
        var words = await File.ReadAllTextAsync(Path.Combine(scene.Home, "daemon.log"));
        words.ShouldContain("the guards' pack can't be used");
    }

    private static string At(Scene scene, string name) => Path.Combine(scene.Root, name);
}
