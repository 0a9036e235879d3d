using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>Questions to a policy from outside the monitor: scripts, cases, the record, other people's enforcement points.</summary>
public sealed class PolicyCommandTests
{
    [Fact]
    public async Task Every_line_of_decide_has_its_answer_and_one_that_cannot_be_read_is_a_deny()
    {
        await using var scene = await Scene.OpenAsync();
        await using var decide = scene.Start("decide");
        await decide.Input.WriteAsync(
            """
            {"id":1,"action":"model up/m1"}
            {"id":2,"action":"connect evil.example:443"}

            {"id":3,"action":"read workspace/a","action":"read workspace/b"}
            not json
            {"id":4,"action":"read workspace/notes.txt"}
            """
        );
        decide.Input.Close();

        var finished = await decide.EndAsync();

        var lines = finished
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)
            .ToList();
        lines.Select(l => l["decision"]!.GetValue<string>()).ShouldBe(["allow", "deny", "deny", "deny", "allow"]);
        lines[0]["id"]!.GetValue<int>().ShouldBe(1);
        lines[0]["rules"]![0]!["place"]!.GetValue<string>().ShouldContain("agent.yaml:");
        lines[1]["needed"]!.GetValue<string>().ShouldContain("connect evil.example:443");
        lines[3]["error"]!.GetValue<string>().ShouldNotBeEmpty();
        lines[4]["id"]!.GetValue<int>().ShouldBe(4);
        finished.Code.ShouldBe(2);
    }

    [Fact]
    public async Task Cases_pass_fail_and_say_which_rules_they_never_met()
    {
        await using var scene = await Scene.OpenAsync();
        var cases = Path.Combine(scene.Project, "agent.test.yaml");
        await File.WriteAllTextAsync(
            cases,
            """
            given: { labels: [] }
            cases:
              - name: it may use its model
                action: model up/m1
                expect: allow
                by: "allow: model up/m1"
              - name: it may not call home
                action: connect evil.example:443
                expect: deny
            """
        );

        var passed = await scene.BartizanAsync("test");
        passed.Code.ShouldBe(0, passed.ToString());
        passed.Output.ShouldContain("2 passed, 0 failed; 1 of 3 rules met (33 %)");
        passed.Output.ShouldContain("allow: read workspace/**");
        (await scene.BartizanAsync("test", "--least", "50")).Code.ShouldBe(1);

        await File.WriteAllTextAsync(
            cases,
            (await File.ReadAllTextAsync(cases)).Replace("expect: deny", "expect: allow", StringComparison.Ordinal)
        );
        var failed = await scene.BartizanAsync("test", "--json");
        failed.Code.ShouldBe(1);
        Scene.Json(failed)["failed"]!.GetValue<int>().ShouldBe(1);
        Scene.Json(failed)["cases"]![1]!["actual"]!.GetValue<string>().ShouldBe("deny");
    }

    [Fact]
    public async Task Replay_lists_what_a_changed_manifest_would_decide_otherwise_and_nothing_else()
    {
        await using var scene = await Scene.OpenAsync();
        (
            await scene.RunAsync(
                Scene.Ask
                    + "ask; ask; exec 4<>/dev/tcp/127.0.0.1/3128; printf 'GET http://new.example/ HTTP/1.1\\r\\nhost: new.example\\r\\n\\r\\n' >&4; head -1 <&4"
            )
        ).Code.ShouldBe(0);
        (await scene.BartizanAsync("replay")).Code.ShouldBe(0, "the manifest is the one that decided");

        scene.WriteManifest(rules: "  - allow: http GET http://new.example/**\n    why: Now it may.\n");
        var text = await File.ReadAllTextAsync(scene.ManifestPath);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            text.Replace("model up/m1", "model up/m2", StringComparison.Ordinal)
        );
        var replay = await scene.BartizanAsync("replay", "--json");

        replay.Code.ShouldBe(1, replay.ToString());
        var changes = Scene.Json(replay)["changes"]!.AsArray();
        changes.Count.ShouldBe(2, replay.ToString());
        var model = changes.Single(c => c!["verb"]!.GetValue<string>() == "model")!;
        (model["was"]!.GetValue<string>(), model["now"]!.GetValue<string>(), model["count"]!.GetValue<int>()).ShouldBe(
            ("allow", "deny", 2)
        );
        var http = changes.Single(c => c!["verb"]!.GetValue<string>() == "http")!;
        (http["was"]!.GetValue<string>(), http["now"]!.GetValue<string>()).ShouldBe(("deny", "allow"));
    }

    [Fact]
    public async Task Other_enforcement_points_ask_about_a_running_session_by_AuthZEN()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            rules: "  - allow: connect lapsed.example:443\n    expires: 2020-06-30\n    why: It was needed once.\n"
        );
        await using var run = scene.StartRun("sleep 600");
        var session = await scene.SessionAsync();
        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(
                        new UnixDomainSocketEndPoint(Path.Combine(scene.Home, "control.sock")),
                        cancellationToken
                    );
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new Uri("http://localhost"),
        };

        (await AskAsync("session", session, "model", "model", "up/m1"))["decision"]!.GetValue<bool>().ShouldBeTrue();
        (await AskAsync("agent", "tried", "model", "model", "up/m1"))["decision"]!.GetValue<bool>().ShouldBeTrue();
        var denied = await AskAsync("session", session, "connect", "host", "evil.example:443");
        denied["decision"]!.GetValue<bool>().ShouldBeFalse();
        denied["context"]!["needed"]!.GetValue<string>().ShouldContain("evil.example");
        (await AskAsync("agent", "nobody", "model", "model", "up/m1"))["decision"]!.GetValue<bool>().ShouldBeFalse();
        (await AskAsync("person", session, "model", "model", "up/m1"))["decision"]!.GetValue<bool>().ShouldBeFalse();
        (await AskAsync("session", session, "model", "path", "up/m1"))["decision"]!.GetValue<bool>().ShouldBeFalse();
        (
            await client.PostAsJsonAsync("/access/v1/evaluation", new { subject = new { type = "session" } })
        ).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        var boxcar = new
        {
            subject = new { type = "session", id = session },
            action = new { name = "read" },
            evaluations = new object[]
            {
                new { resource = new { type = "path", id = "/etc/shadow" } },
                new { resource = new { type = "path", id = "workspace/notes.txt" } },
                new { resource = new { type = "path" } },
            },
        };
        using var all = await client.PostAsJsonAsync("/access/v1/evaluations", boxcar);
        JsonNode.Parse(await all.Content.ReadAsStringAsync())!["evaluations"]!
            .AsArray()
            .Select(e => e!["decision"]!.GetValue<bool>())
            .ShouldBe([false, true, false]);
        using var first = await client.PostAsJsonAsync(
            "/access/v1/evaluations",
            new
            {
                boxcar.subject,
                boxcar.action,
                boxcar.evaluations,
                options = new { evaluations_semantic = "deny_on_first_deny" },
            }
        );
        JsonNode.Parse(await first.Content.ReadAsStringAsync())!["evaluations"]!.AsArray().Count.ShouldBe(1);
        var metadata = JsonNode.Parse(await client.GetStringAsync("/.well-known/authzen-configuration"))!;
        metadata["access_evaluation_endpoint"]!.GetValue<string>().ShouldBe("http://localhost/access/v1/evaluation");

        using var claimed = await client.PostAsJsonAsync(
            "/access/v1/evaluation",
            new
            {
                subject = new { type = "session", id = session },
                action = new { name = "connect" },
                resource = new { type = "host", id = "lapsed.example:443" },
                context = new { time = "2020-01-01T00:00:00Z" },
            }
        );
        JsonNode.Parse(await claimed.Content.ReadAsStringAsync())!["decision"]!
            .GetValue<bool>()
            .ShouldBeFalse("a claimed time revives no grant");

        (await scene.BartizanAsync("kill", session)).Code.ShouldBe(0);
        (await AskAsync("session", session, "model", "model", "up/m1"))["decision"]!
            .GetValue<bool>()
            .ShouldBeFalse("a session that is over has no policy");

        async Task<JsonNode> AskAsync(string type, string id, string verb, string kind, string target)
        {
            using var answer = await client.PostAsJsonAsync(
                "/access/v1/evaluation",
                new
                {
                    subject = new { type, id },
                    action = new { name = verb },
                    resource = new { type = kind, id = target },
                }
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }
    }
}
