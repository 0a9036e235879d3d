using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests.Attacks;

/// <summary>
/// The people's socket, over the built program: enrolled accounts of this host answer from there, and nobody else and nothing else gets
/// through.
/// </summary>
public sealed class PeopleSocketAttacks : IAsyncLifetime
{
    private const string Alice = "4201";
    private const string Mallory = "4666";
    private const string Rule = """
          - ask: model up/m1
            approval: { by: [alice, bob], quorum: 1, within: 10m, separate: [starter] }
            why: It costs.
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-people-").FullName;
    private Scene _scene = null!;

    private string Socket => Path.Combine(_folder, "people.sock");

    public async ValueTask InitializeAsync()
    {
        _scene = await Scene.OpenAsync();
        Permit(_folder, others: false);
        Directory.CreateDirectory(_scene.Home);
        Enrol("alice, uid: 4201");
    }

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_enrolled_account_answers_and_another_one_can_not()
    {
        await SkipUnlessOthersCanRunItAsync();
        _scene.WriteManifest(rules: Rule);
        await using var run = _scene.StartRun(Scene.Ask + "ask");
        await run.SaysAsync("bartizan waits for approval a-");

        var (id, digest) = await WaitingAsync(Alice);
        (await AsAsync(Mallory, "approvals")).Error.ShouldContain("you are not enrolled");
        (await AsAsync(Mallory, "approvals", "approve", id, "--digest", digest)).Code.ShouldNotBe(0);
        (await AsAsync(Alice, "approvals", "approve", id, "--digest", new string('0', 64))).Error.ShouldContain(
            "the digest isn't that of"
        );
        (await _scene.BartizanAsync("approvals", "approve", id, "--digest", digest)).Error.ShouldContain(
            "is not enrolled",
            customMessage: "who started it can't answer for those whom its rule names"
        );
        run.HasExited.ShouldBeFalse();
        var answered = await AsAsync(Alice, "approvals", "approve", id, "--digest", digest, "--reason", "seen");

        answered.Output.ShouldContain("is approved");
        (await run.EndAsync()).Output.ShouldContain("ANSWERED");
        var entry = (await _scene.LogAsync("kind:approval")).ShouldHaveSingleItem();
        entry["person"]!.GetValue<string>().ShouldBe("uid:4201");
        (await AsAsync(Alice, "approvals", "approve", id, "--digest", digest)).Error.ShouldContain("no ask");
    }

    [Fact]
    public async Task Who_is_taken_off_the_list_is_off_at_once()
    {
        await SkipUnlessOthersCanRunItAsync();
        _scene.WriteManifest(rules: Rule);
        await using var run = _scene.StartRun(Scene.Ask + "ask");
        await run.SaysAsync("bartizan waits for approval a-");
        var (id, digest) = await WaitingAsync(Alice);

        Enrol("bob, uid: 4202");

        (await AsAsync(Alice, "approvals", "approve", id, "--digest", digest)).Error.ShouldContain("not enrolled");
        (await _scene.BartizanAsync("approvals", "deny", id)).Code.ShouldBe(0);
        (await run.EndAsync()).Output.ShouldNotContain("ANSWERED");
    }

    [Fact]
    public async Task Nothing_but_asks_and_second_answers_is_served_to_people()
    {
        await SkipUnlessOthersCanRunItAsync();
        (await _scene.BartizanAsync("up")).Code.ShouldBe(0);

        foreach (
            var path in (string[])
                [
                    "/v1/status",
                    "/v1/sessions",
                    "/v1/sessions/kill",
                    "/v1/sessions/attach",
                    "/v1/down",
                    "/v1/run",
                    "/v1/exports",
                    "/v1/log/prune",
                    "/v1/log/custody",
                    "/v1/workspace/apply",
                    "/access/v1/evaluation",
                ]
        )
        {
            (await CurlAsync(Alice, path, "{}")).ShouldBe("404", path);
        }

        (await CurlAsync(Alice, "/v1/approvals")).ShouldBe("200");
        (await CurlAsync(Mallory, "/v1/approvals")).ShouldBe("403");
        (await CurlAsync(Alice, "/v1/log/erasures", """{"verb":"erase","person":"x","why":"y"}""")).ShouldBe("422");
        (await CurlAsync(Alice, "/v1/log/erasures", """{"verb":"hold","person":"x","why":"y"}""")).ShouldBe("422");
        (await CurlAsync(Alice, "/v1/log/erasures", """{"verb":"pending"}""")).ShouldBe("200");
        (await CurlAsync(Alice, "/v1/approvals/answer", new string('x', 100_000))).ShouldBeOneOf("413", "400");
    }

    [Fact]
    public async Task The_second_person_of_an_erasure_confirms_it_from_an_account_of_their_own()
    {
        await SkipUnlessOthersCanRunItAsync();
        File.WriteAllText(
            Path.Combine(_scene.Home, "people.yaml"),
            $"people:\n  - {{ name: owner, uid: 0 }}\n  - {{ name: alice, uid: 4201 }}\nsocket: {Socket}\n"
        );
        await _scene.RunAsync(Scene.Ask + "ask");
        var session = (await _scene.LogAsync("kind:intent"))[0]["session"]!.GetValue<string>();
        await _scene.BartizanAsync("workspace", "discard", session);

        var asked = await _scene.BartizanAsync("log", "erase", session, "--why", "request 42", "--json");
        var id = Scene.Json(asked)["id"]!.GetValue<string>();

        (await AsAsync(Mallory, "log", "approve", id)).Error.ShouldContain("not enrolled");
        (await AsAsync(Alice, "log", "pending")).Output.ShouldContain(id);
        (await AsAsync(Alice, "log", "approve", id)).Output.ShouldContain("are erased");
    }

    [Fact]
    public async Task A_folder_that_others_may_write_to_is_not_trusted_with_the_socket()
    {
        Permit(_folder, others: true);
        await using var up = _scene.Start("up", "--foreground");

        await up.SaysAsync("is up");

        (up.Output + up.Error).ShouldContain("others may write to");
        File.Exists(Socket).ShouldBeFalse();
        await _scene.BartizanAsync("down");
    }

    private static void Permit(string folder, bool others) =>
        File.SetUnixFileMode(
            folder,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.OtherExecute
                | (others ? UnixFileMode.OtherWrite : UnixFileMode.None)
        );

    private void Enrol(string person) =>
        File.WriteAllText(
            Path.Combine(_scene.Home, "people.yaml"),
            $"people:\n  - {{ name: {person} }}\nsocket: {Socket}\n"
        );

    private async Task<(string Id, string Digest)> WaitingAsync(string uid)
    {
        var listed = await AsAsync(uid, "approvals", "--json");
        var ask = JsonNode.Parse(listed.Output)!["asks"]!.AsArray().ShouldHaveSingleItem()!;
        return (ask["id"]!.GetValue<string>(), ask["digest"]!.GetValue<string>());
    }

    private ProcessStartInfo As(string uid, params string[] words)
    {
        var start = _scene.Command("setpriv", ["--reuid", uid, "--regid", uid, "--clear-groups", .. words]);
        start.WorkingDirectory = "/";
        start.Environment["HOME"] = "/";
        start.Environment["TMPDIR"] = "/tmp";
        start.Environment["BARTIZAN_PEOPLE"] = Socket;
        return start;
    }

    private async Task<Finished> AsAsync(string uid, params string[] words)
    {
        await using var running = Running.Start(As(uid, ["dotnet", Scene.Program, .. words]));
        running.Input.Close();
        return await running.EndAsync();
    }

    private async Task<string> CurlAsync(string uid, string path, string? body = null)
    {
        string[] words =
        [
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--unix-socket",
            Socket,
            .. body is null ? [] : (string[])["-H", "content-type: application/json", "-d", body],
            "http://bartizan" + path,
        ];
        await using var running = Running.Start(As(uid, words));
        running.Input.Close();
        return (await running.EndAsync()).Output.Trim();
    }

    private async Task SkipUnlessOthersCanRunItAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "acting as other accounts takes root");
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv(1) is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        Assert.SkipUnless((await AsAsync(Alice, "--version")).Code == 0, "other accounts can't read this build");
    }
}
