using System.Globalization;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The log's commands through the built program, over one session of a real daemon.</summary>
public sealed class LogCommandTests
{
    [Fact]
    public async Task A_session_is_asked_about_shown_proven_verified_and_given_out_as_evidence()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.RunAsync(Scene.Ask + "ask; ask; exec 3<>/dev/tcp/127.0.0.1/3128")).Code.ShouldBe(0);
        await PublishedAsync(scene);
        var session = await AskAsync(scene);
        await ShowAsync(scene, session);
        await ProveAsync(scene, session);
        await EvidenceAsync(scene, session);
        await TamperAsync(scene, session);
    }

    private static async Task<string> AskAsync(Scene scene)
    {
        var intents = await scene.LogAsync("agent:tried", "verb:model", "kind:intent");
        intents.Count.ShouldBe(2);
        var session = intents[0]["session"]!.GetValue<string>();
        var all = await scene.LogAsync($"session:{session}");
        all.Count.ShouldBeGreaterThan(5);
        Scene.Json(await scene.BartizanAsync("log", $"session:{session}", "--limit", "1", "--json"))["index"]!
            .GetValue<long>()
            .ShouldBe(all[^1]["index"]!.GetValue<long>());
        var oldest = await scene.BartizanAsync(
            "log",
            $"session:{session}",
            "--limit",
            "2",
            "--after",
            $"{all[0]["index"]}",
            "--json"
        );
        oldest.Error.ShouldContain("newer ones: --after");
        Index(oldest.Output.Split('\n')[0]).ShouldBe(all[1]["index"]!.GetValue<long>());
        var turned = await scene.BartizanAsync("log", $"session:{session}", "--newest-first", "--check", "--json");
        turned.Error.ShouldContain("nothing was left out");
        Index(turned.Output.Split('\n')[0]).ShouldBe(all[^1]["index"]!.GetValue<long>());

        var wrong = await scene.BartizanAsync("log", "agnet:tried");
        wrong.Code.ShouldBe(2);
        wrong.Error.ShouldContain("did you mean `agent:`?");
        (await scene.BartizanAsync("log", "--limit", "0")).Code.ShouldBe(2);
        return session;
    }

    private static async Task ShowAsync(Scene scene, string session)
    {
        var told = await scene.BartizanAsync("log", "show", session, "--payloads");
        told.Code.ShouldBe(0);
        told.Output.ShouldContain("what did it access?");
        told.Output.ShouldContain("up/m1");
        told.Output.ShouldContain("ANSWERED");
        told.Output.ShouldNotContain(Scene.ProviderKey);
        Scene.Json(await scene.BartizanAsync("log", "show", session, "--json"))["reached"]!
            .AsArray()
            .Count.ShouldBePositive();
        (await scene.BartizanAsync("log", "show", "s-0123456789abcdefghjk")).Code.ShouldBe(1);
        (await scene.BartizanAsync("log", "show", "nobody")).Code.ShouldBe(2);
    }

    private static async Task ProveAsync(Scene scene, string session)
    {
        var index = (await scene.LogAsync($"session:{session}"))[0]["index"]!.ToString();
        var proof = Path.Combine(scene.Root, "one.tlog-proof");
        (await scene.BartizanAsync("log", "prove", index, "--out", proof)).Code.ShouldBe(0);
        var key = (await File.ReadAllTextAsync(Path.Combine(scene.Home, "log", "vkey"))).Trim();
        var holds = await scene.BartizanAsync("log", "prove", "--check", proof, "--key", key);
        holds.Code.ShouldBe(0);
        holds.Output.ShouldContain("the proof holds");
        await File.WriteAllTextAsync(
            proof,
            (await File.ReadAllTextAsync(proof)).Replace($"index {index}", "index 99999")
        );
        var broken = await scene.BartizanAsync("log", "prove", "--check", proof, "--key", key);
        broken.Code.ShouldBe(1);
        broken.Error.ShouldContain("proves nothing");
        (await scene.BartizanAsync("log", "prove", "999999")).Code.ShouldBe(1);
        (await scene.BartizanAsync("log", "prove", "--check", proof)).Code.ShouldBe(2);
    }

    private static async Task EvidenceAsync(Scene scene, string session)
    {
        var bundle = Path.Combine(scene.Root, "evidence.zip");
        var made = await scene.BartizanAsync("log", "export", "--evidence", session, "--out", bundle, "--payloads");
        made.Code.ShouldBe(0, made.ToString());
        var key = (await File.ReadAllTextAsync(Path.Combine(scene.Home, "log", "vkey"))).Trim();
        var holds = await scene.BartizanAsync("log", "verify", "--evidence", bundle, "--key", key, "--json");
        holds.Code.ShouldBe(0, holds.ToString());
        var verdict = Scene.Json(holds);
        verdict["payloads"]!.GetValue<int>().ShouldBePositive();
        var custody = verdict["custody"]!;

        // Found by itself, and recorded: who took which bundle.
        using (var zip = System.IO.Compression.ZipFile.OpenRead(bundle))
        {
            zip.GetEntry("agent.yaml").ShouldNotBeNull();
        }

        var entry = (await scene.LogAsync($"index:{custody["entry"]}")).ShouldHaveSingleItem();
        entry["detail"]!.GetValue<string>().ShouldBe("evidence exported");
        entry["person"]!.GetValue<string>().ShouldBe(custody["by"]!.GetValue<string>());
        entry["session"]!.GetValue<string>().ShouldBe(session);
        (await scene.BartizanAsync("log", "export", "--evidence", session)).Code.ShouldBe(2);

        var bytes = await File.ReadAllBytesAsync(bundle);
        await File.WriteAllBytesAsync(bundle, bytes[..(bytes.Length / 2)]);
        var cut = await scene.BartizanAsync("log", "verify", "--evidence", bundle);
        cut.Code.ShouldBe(1);
        cut.Error.ShouldContain("is no bundle");
    }

    private static async Task TamperAsync(Scene scene, string session)
    {
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
        var whole = await scene.BartizanAsync("log", "verify");
        whole.Code.ShouldBe(0);
        whole.Output.ShouldContain("the log verifies");

        // A copy of the log's directory alone.
        var copy = Directory.CreateDirectory(Path.Combine(scene.Root, "copy")).FullName;
        await using (
            var copying = Running.Start(scene.Command("cp", "-a", Path.Combine(scene.Home, "log") + "/.", copy))
        )
        {
            (await copying.EndAsync()).Code.ShouldBe(0);
        }

        (await scene.BartizanAsync("log", "verify", "--path", copy)).Code.ShouldBe(0);
        var segment = Directory.GetFiles(Path.Combine(copy, "seg"), "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().IndexOf("\"kind\":\"intent\""u8) + 9] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        var found = await scene.BartizanAsync("log", "verify", "--path", copy);
        found.Code.ShouldBe(1);
        found.Error.ShouldContain("changed: entry");
        found.Error.ShouldContain($"was of session `{session}`");
        found.Output.ShouldContain("does NOT verify");
        Scene.Json(await scene.BartizanAsync("log", "verify", "--path", copy, "--json"))["touched"]!
            .AsArray()
            .ShouldHaveSingleItem()!["session"]!
            .GetValue<string>()
            .ShouldBe(session);
    }

    [Fact]
    public async Task Erasure_takes_two_people_a_hold_wins_and_the_log_still_verifies()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.RunAsync(Scene.Ask + "ask")).Code.ShouldBe(0);
        var session = (await scene.LogAsync("verb:model"))[0]["session"]!.GetValue<string>();
        var people = Path.Combine(scene.Home, "people.yaml");
        string[] erase = ["log", "erase", session, "--why", "GDPR Art. 17, request 42"];

        var nobody = await scene.BartizanAsync(erase);
        nobody.Code.ShouldBe(4);
        nobody.Error.ShouldContain("this takes two people");

        var uid = Environment.IsPrivilegedProcess ? "0" : File.ReadAllText("/proc/self/loginuid").Trim();
        await File.WriteAllTextAsync(
            people,
            $"people:\n  - {{ name: alice@example.com, uid: {uid} }}\n  - {{ name: bob@example.com, uid: 65533 }}\n"
        );
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the person of this test is root");
        var waits = await scene.BartizanAsync([.. erase, "--json"]);
        waits.Code.ShouldBe(0, waits.ToString());
        var id = Scene.Json(waits)["id"]!.GetValue<string>();
        (await scene.BartizanAsync("log", "pending")).Output.ShouldContain(id);
        var alone = await scene.BartizanAsync("log", "approve", id);
        alone.Code.ShouldBe(4);
        alone.Error.ShouldContain("that takes another person");

        (await scene.BartizanAsync("log", "hold", "add", session, "--why", "case 7")).Code.ShouldBe(0);
        (await scene.BartizanAsync("log", "hold", "list")).Output.ShouldContain("case 7");
        (await scene.BartizanAsync(erase)).Error.ShouldContain("under a legal hold");
        (await scene.BartizanAsync("log", "withdraw", id)).Code.ShouldBe(0);

        // Where only one is enrolled and the file says why, one may; the hold is lifted the same way.
        await File.WriteAllTextAsync(
            people,
            $"people:\n  - {{ name: alice@example.com, uid: {uid} }}\nalone: a household of one\n"
        );
        (await scene.BartizanAsync("log", "hold", "remove", session, "--why", "case 7 is closed")).Code.ShouldBe(0);
        (await scene.BartizanAsync(erase)).Output.ShouldContain(session);
        (await scene.BartizanAsync("log", "show", session, "--payloads")).Output.ShouldNotContain("ANSWERED");
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_witness_cosigns_the_log_and_its_silence_and_a_log_that_signs_no_more_are_told()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        await PublishedAsync(scene);
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
        var key = (await File.ReadAllTextAsync(Path.Combine(scene.Home, "log", "vkey"))).Trim();
        var logs = Path.Combine(scene.Root, "logs.policy");
        await File.WriteAllTextAsync(logs, $"log {key}\nquorum none\n");
        var port = FreePort.Next();
        await using var witness = scene.Start(
            "witness",
            "--logs",
            logs,
            "--listen",
            $"127.0.0.1:{port}",
            "--path",
            Path.Combine(scene.Root, "witness"),
            "--name",
            "north.example",
            "--json"
        );
        await witness.SaysAsync("north.example+");
        await RealClients.ReachableAsync(port);
        var vkey = JsonNode.Parse(witness.Output)!["vkey"]!.GetValue<string>();
        await File.WriteAllTextAsync(
            Path.Combine(scene.Home, "witnesses.policy"),
            $"witness north {vkey} http://127.0.0.1:{port}/\nquorum north\n"
        );

        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        await StatusAsync(scene, status => status["witnessing"]!["witnessed"]!.GetValue<long>() > 0);
        (await File.ReadAllTextAsync(Path.Combine(scene.Home, "log", "witnessed"))).ShouldContain("— north.example ");

        witness.Kill();
        (await scene.RunAsync("true")).Code.ShouldBe(0);
        await StatusAsync(scene, status => status["witnessing"]!["witnesses"]![0]!["problem"] is not null);

        // A directory stands where the next checkpoint would be renamed to.
        var checkpoint = Path.Combine(scene.Home, "log", "checkpoint");
        File.Move(checkpoint, checkpoint + ".away");
        Directory.CreateDirectory(Path.Combine(checkpoint, "in-the-way"));
        (await scene.RunAsync("true")).Code.ShouldBe(0);
        await StatusAsync(scene, status => status["logProblem"] is not null);
        var said = await scene.BartizanAsync("status");
        said.Output.ShouldContain("ALARM");
        said.Output.ShouldContain("no checkpoint is signed");
        Directory.Delete(checkpoint, recursive: true);
        await StatusAsync(scene, status => status["logProblem"] is null);
    }

    private static async Task StatusAsync(Scene scene, Func<JsonNode, bool> holds)
    {
        using var limit = new CancellationTokenSource(Running.Limit);
        while (!holds(Scene.Json(await scene.BartizanAsync("status", "--json"))))
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static Task PublishedAsync(Scene scene) =>
        Scene.UntilAsync(
            () =>
                File.Exists(Path.Combine(scene.Home, "log", "checkpoint"))
                && File.ReadAllLines(Path.Combine(scene.Home, "log", "checkpoint"))[1] != "0",
            "a checkpoint was published"
        );

    private static long Index(string line) =>
        long.Parse(JsonNode.Parse(line)!["index"]!.ToString(), CultureInfo.InvariantCulture);
}
