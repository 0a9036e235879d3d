using System.Text.Json.Nodes;
using Bartizan.Log.Checkpoints;

namespace Bartizan.EndToEnd.Tests;

/// <summary><c>narrower</c> and <c>diff</c> as people and pipelines call them; waivers, and attacks on them.</summary>
public sealed class NarrowerTests
{
    [Fact]
    public async Task A_counterexample_is_decided_differently_by_explain_under_both_files()
    {
        await using var scene = await Scene.OpenAsync();
        var a = Write(scene, "a.yaml", "args.limit <= 100 && size(session.labels) == 0");
        var b = Write(scene, "b.yaml", "args.limit <= 50 && size(session.labels) == 0");

        (await scene.BartizanAsync("narrower", b, a)).Code.ShouldBe(0);
        var refuted = await scene.BartizanAsync("narrower", a, b, "--json");

        refuted.Code.ShouldBe(1, refuted.ToString());
        var excess = Scene.Json(refuted)["excesses"]!.AsArray().Single()!;
        excess["certain"]!.GetValue<bool>().ShouldBeTrue();
        excess["question"]!["args"]!["limit"]!.GetValue<decimal>().ShouldBeGreaterThan(50);
        var words = excess["explain"]!.GetValue<string>().Split(' ').Select(w => w.Trim('\'')).ToArray();
        (await scene.BartizanAsync([.. words, "-m", a])).Code.ShouldBe(0);
        (await scene.BartizanAsync([.. words, "-m", b])).Code.ShouldBe(4);
        (await scene.BartizanAsync("narrower", a, b)).Output.ShouldContain("bartizan explain tool crm/find");
    }

    [Fact]
    public async Task Diff_says_what_is_gained_and_lost_and_a_missing_file_is_a_mistake_of_use()
    {
        await using var scene = await Scene.OpenAsync();
        var a = Write(scene, "a.yaml", "args.limit <= 100");
        var b = Write(scene, "b.yaml", "args.limit <= 50");

        var diff = await scene.BartizanAsync("diff", a, b, "--json");

        diff.Code.ShouldBe(0, diff.ToString());
        Scene.Json(diff)["gained"]!.AsArray().ShouldBeEmpty();
        Scene.Json(diff)["lost"]!.AsArray().Count.ShouldBe(1);
        (await scene.BartizanAsync("narrower", a)).Code.ShouldBe(2);
        (await scene.BartizanAsync("narrower", a, Path.Combine(scene.Project, "none.yaml"))).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_waiver_accepts_what_is_not_proved_and_nothing_else()
    {
        await using var scene = await Scene.OpenAsync();
        var a = Write(scene, "a.yaml", "resource.owner == user.id && user.id == user.region");
        var b = Write(scene, "b.yaml", "resource.owner == user.region");
        var key = Path.Combine(scene.Root, "waiver.key");
        var unproved = await scene.BartizanAsync("narrower", a, b, "--json");
        unproved.Code.ShouldBe(1, unproved.ToString());
        var id = Scene.Json(unproved)["excesses"]!.AsArray().Single()!["id"]!.GetValue<string>();

        var made = await MakeAsync(scene, a, b, id, key, "2099-12-31", "--by", "ann@example.com");
        made.Code.ShouldBe(0, made.ToString());
        var trust = made.Error.Split('\n').Single(l => l.StartsWith("key: ", StringComparison.Ordinal))[5..].Trim();
        var waiver = Save(scene, "waiver", made.Output);

        var accepted = await scene.BartizanAsync("narrower", a, b, "--waiver", waiver, "--trust", trust);
        accepted.Code.ShouldBe(0, accepted.ToString());
        accepted.Output.ShouldContain("accepted by ann@example.com until 2099-12-31");

        // What was signed for a day that is over accepts nothing; `--waive` signs no such day, its key can.
        var signed = made.Output[..(made.Output.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
        var lapsed = signed.Replace("until 2099-12-31", "until 2026-01-31", StringComparison.Ordinal);
        await RefusedAsync(
            scene,
            a,
            b,
            Save(scene, "lapsed", NoteSigner.Load(key).Sign(lapsed)),
            trust,
            "lapsed after 2026-01-31"
        );

        // A key that others can read signs nothing.
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var reachable = await MakeAsync(scene, a, b, id, key, "2099-12-31");
        reachable.Code.ShouldBe(2);
        reachable.Output.ShouldBeEmpty();
        reachable.Error.ShouldContain("chmod 600");

        // The text, the key, the policies: each is held to.
        await RefusedAsync(
            scene,
            a,
            b,
            Save(scene, "changed", made.Output.Replace("2099", "2199", StringComparison.Ordinal)),
            trust,
            "no valid signature"
        );
        await RefusedAsync(scene, a, b, waiver, null, "no valid signature");
        var other = await MakeAsync(
            scene,
            a,
            b,
            id,
            Path.Combine(scene.Root, "other.key"),
            "2099-12-31",
            "--by",
            "ann@example.com"
        );
        await RefusedAsync(scene, a, b, Save(scene, "other", other.Output), trust, "no valid signature");
        var wider = Write(scene, "a.yaml", "resource.owner == user.id");
        await RefusedAsync(scene, wider, b, waiver, trust, "other policies");
        (await MakeAsync(scene, wider, b, id, key, "2001-01-01")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_counterexample_has_no_id_and_can_not_be_waived()
    {
        await using var scene = await Scene.OpenAsync();
        var a = Write(scene, "a.yaml", "args.limit <= 100");
        var b = Write(scene, "b.yaml", "args.limit <= 50");

        var refuted = await scene.BartizanAsync("narrower", a, b, "--json");
        JsonNode? id = Scene.Json(refuted)["excesses"]!.AsArray().Single()!["id"];
        id.ShouldBeNull();
        var made = await MakeAsync(
            scene,
            a,
            b,
            new string('0', 64),
            Path.Combine(scene.Root, "k"),
            "2099-12-31",
            "--by",
            "ann"
        );
        made.Code.ShouldBe(1);
        made.Error.ShouldContain("nothing that a waiver can accept");
    }

    private static Task<Finished> MakeAsync(
        Scene scene,
        string a,
        string b,
        string id,
        string key,
        string until,
        params string[] more
    ) =>
        scene.BartizanAsync([
            "narrower",
            a,
            b,
            "--waive",
            id,
            "--key",
            key,
            "--why",
            "Reviewed by two.",
            "--until",
            until,
            .. more,
        ]);

    private static async Task RefusedAsync(Scene scene, string a, string b, string waiver, string? trust, string why)
    {
        string[] trusted = trust is null ? [] : ["--trust", trust];
        var refused = await scene.BartizanAsync(["narrower", a, b, "--waiver", waiver, .. trusted]);
        refused.Code.ShouldBe(1, refused.ToString());
        refused.Error.ShouldContain(why);
    }

    private static string Save(Scene scene, string name, string text)
    {
        var path = Path.Combine(scene.Root, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Write(Scene scene, string name, string when)
    {
        var path = Path.Combine(scene.Project, name);
        File.WriteAllText(
            path,
            $"""
            apiVersion: bartizan/v1
            agent: tried
            version: 1
            owner: tests@example.com
            description: An agent of a test.
            environment: production
            rules:
              - allow: tool crm/find
                when: '{when}'
                why: A test says so.

            """
        );
        return path;
    }
}
