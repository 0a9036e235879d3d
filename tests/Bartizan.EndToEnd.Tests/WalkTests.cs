using System.IO.Compression;
using System.Text;
using Bartizan.EndToEnd.Tests.Walk;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Bartizan.Vault.Tests.Providers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// One agent at work with a Git server, a REST API and a database, all of them real, with credentials of the vault; then everything that it
/// holds, left behind or was recorded of it is searched for them.
/// </summary>
public sealed class WalkTests(OwnPostgres database) : IClassFixture<OwnPostgres>
{
    private const string GitPassword = "glpat-8sKq2Wm5Tz7Xc1Vb4Nj9";

    private const string ApiToken = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";

    // The control: what the agent does hold, spelt backwards in its script so that it stands nowhere as it is before the agent turns it.
    private const string Planted = "PlantedByTheTest-4f81c09b27d6";

    private static readonly string s_psql = $"{OwnPostgres.Programs}/psql -X -A -t -q";

    [Fact]
    public async Task An_agent_works_with_git_an_api_and_a_database_and_no_form_of_a_credential_is_anywhere()
    {
        Assert.SkipWhen(database.Missing is not null, database.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/lib/git-core/git-http-backend"), "git is not installed");
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var git = await GitHost.StartAsync(outside, GitPassword);
        await using var api = await SecureServer.StartAsync(outside.Sign("localhost"), ServeAsync);
        await StoreAsync(scene, git.Port, api.Address.Port, database.Port);
        Write(scene, outside, git.Url, $"https://localhost:{api.Address.Port}");
        await using var daemon = scene.Start("up", "--foreground");
        await Scene.UntilAsync(() => File.Exists(Path.Combine(scene.Home, "control.sock")), "the instance was up");

        await using var run = scene.StartRun(Script(git.Url, $"https://localhost:{api.Address.Port}"));
        await run.SaysAsync("THE WALK ENDS HERE");

        await ShouldHaveWorkedAsync(run.Output, git, api);
        var agent = Scene.Processes("marked-for-the-test")[0];
        var processes = AgentRemains.ProcessesBeside(agent);
        var names = processes.Select(id => File.ReadAllText($"/proc/{id}/comm").Trim()).ToList();
        new[] { "bash", "curl", "git-remote-http", "psql" }.ShouldBeSubsetOf(names);
        Remain[] remains = [.. AgentRemains.MemoryOf(processes), .. AgentRemains.FilesSeenBy(agent)];
        run.Input.Close();
        var end = await run.EndAsync();
        Remain[] record =
        [
            new("transcript", Encoding.UTF8.GetBytes(end.ToString()), true),
            .. await RecordAsync(scene, daemon),
        ];

        var credentials = new Hunt(GitPassword, ApiToken, OwnPostgres.Password, Scene.ProviderKey);
        credentials.Find([.. remains, .. record]).ShouldBeEmpty();
        credentials.Searched.ShouldBeGreaterThan(10_000_000);
        ShouldFindWhatWasPlanted(new Hunt(Planted).Find(remains), new Hunt(Planted).Find(record));
    }

    private static string Script(string git, string api) =>
        Scene.Ask
        + $$"""
            set -e
            export no_proxy= NO_PROXY= GIT_AUTHOR_NAME=Agent GIT_AUTHOR_EMAIL=agent@example.com GIT_COMMITTER_NAME=Agent GIT_COMMITTER_EMAIL=agent@example.com
            ask "" "what is next"

            # Git: clone, push, fetch; and the helper that talks to the server stays.
            git clone -q --single-branch {{git}} work; cd work; cat README
            echo "more" >> README; git commit -q -a -m "The agent's"; git push -q origin HEAD; echo PUSHED
            git fetch -q origin extra:extra; git log --format=%s extra
            mkfifo /tmp/g; git -c protocol.version=0 remote-https origin {{git}} < /tmp/g > /tmp/refs & exec 6> /tmp/g; printf 'list\n' >&6
            until grep -q refs/heads/extra /tmp/refs; do sleep 0.02; done

            # The API: read, write, be told what one has sent, be refused; and a stream that goes on.
            curl -fsS -H "Authorization: Bearer $API_TOKEN" {{api}}/items/1; curl -fsS -d '{"name":"bolt"}' {{api}}/items; curl -fsS -i {{api}}/whoami
            curl -sS {{api}}/admin
            curl -sSN {{api}}/stream > /tmp/stream & until grep -q event /tmp/stream; do sleep 0.02; done

            # The database: read and write, over a connection that stays.
            mkfifo /tmp/q; {{s_psql}} < /tmp/q > /tmp/rows & exec 5> /tmp/q
            P=$(printf %s {{new string([.. Planted.Reverse()])}} | rev)
            echo "SELECT id, status FROM orders WHERE id = 7;" >&5
            echo "INSERT INTO orders (customer, status, note) VALUES (1, 'new', 'note of $P') RETURNING id;" >&5
            until [ "$(wc -l < /tmp/rows)" = 2 ]; do sleep 0.02; done; cat /tmp/rows

            # What the search must find.
            B=$(printf "ab$P" | base64 -w0); X=$(printf %s "$P" | od -An -tx1 | tr -d ' \n'); D=$(printf %s "$B" | base64 -w0); printf %s "$B" > planted; printf %s "$X" > ~/planted
            printf %s "$D" > /tmp/planted; export PLANTED_ONE=$P; sleep 600 &
            echo "it holds $P"; env; echo "THE WALK ENDS HERE"; : marked-for-the-test; read -r x; kill %1 %2 %3 %4
            """;

    private async Task ShouldHaveWorkedAsync(string said, GitHost git, SecureServer api)
    {
        said.ShouldContain("ANSWERED");
        said.ShouldContain("The shop.");
        said.ShouldContain("PUSHED");
        said.ShouldContain("Of another branch");
        (await git.TellAsync("log", "--format=%an %s", "-1", "main")).Trim().ShouldBe("Agent The agent's");
        git.Asked.ShouldContain(asked => asked.StartsWith("POST /shop.git/git-receive-pack", StringComparison.Ordinal));
        said.ShouldContain("item /items/1");
        said.ShouldContain("made {\"name\":\"bolt\"}");
        said.ShouldContain("you are Bearer ****");
        said.ShouldContain("bartizan refused `http GET https://localhost:");
        api.Asked.ShouldNotContain(asked => asked.Contains("admin", StringComparison.Ordinal));
        said.ShouldContain("7|open");
        await using var super = await database.SuperAsync("shop");
        await using var command = super.CreateCommand();
        command.CommandText = "SELECT count(*) FROM orders WHERE note LIKE 'note of Planted%'";
        (await command.ExecuteScalarAsync()).ShouldBe(1L);
    }

    // That nothing else was found says something only because this was, in the same bytes.
    private static void ShouldFindWhatWasPlanted(IReadOnlyList<string> inside, IReadOnlyList<string> recorded)
    {
        foreach (
            var form in (string[])
                ["as it is", "Base64, 2 before", "hexadecimal digits, lower case", "the product's search"]
        )
        {
            inside.ShouldContain(
                f =>
                    f.StartsWith("bash: memory", StringComparison.Ordinal)
                    && f.EndsWith(": " + form, StringComparison.Ordinal),
                form
            );
        }

        inside.ShouldContain(f => f.StartsWith("psql: memory", StringComparison.Ordinal));
        inside.ShouldContain("sleep: variables: as it is");
        inside.ShouldContain(f => f.EndsWith("/work/planted: Base64, 2 before", StringComparison.Ordinal));
        inside.ShouldContain(f =>
            f.EndsWith("/agent/planted: hexadecimal digits, lower case", StringComparison.Ordinal)
        );
        recorded.ShouldContain("transcript: as it is");
        recorded.ShouldContain(f => f.StartsWith("evidence", StringComparison.Ordinal), string.Join('\n', recorded));
    }

    // The instance's files as they lie there, what its programs say of them, and the payloads in the clear.
    private static async Task<IReadOnlyList<Remain>> RecordAsync(Scene scene, Running daemon)
    {
        var log = await scene.BartizanAsync("log", "--json");
        var session = (await scene.LogAsync("kind:outcome"))[0]["session"]!.GetValue<string>();
        var bundle = Path.Combine(scene.Root, "evidence.zip");
        var made = await scene.BartizanAsync("log", "export", "--evidence", session, "--out", bundle, "--payloads");
        made.Code.ShouldBe(0, made.ToString());
        var shown = await scene.BartizanAsync("log", "show", session, "--payloads");
        var listed = await scene.BartizanAsync("vault", "list", "--json");
        listed.Output.ShouldContain("lastUse");
        var remains = new List<Remain>();
        foreach (var (name, said) in new[] { ("log", log), ("log show", shown), ("vault list", listed) })
        {
            remains.Add(new Remain(name, Encoding.UTF8.GetBytes(said.ToString()), true));
        }

        await scene.BartizanAsync("down");
        var end = await daemon.EndAsync();
        remains.Add(new Remain("daemon", Encoding.UTF8.GetBytes(end.ToString()), true));
        using (var zip = ZipFile.OpenRead(bundle))
        {
            foreach (var entry in zip.Entries)
            {
                await using var content = await entry.OpenAsync();
                using var bytes = new MemoryStream();
                await content.CopyToAsync(bytes);
                remains.Add(new Remain($"evidence {entry.FullName}", bytes.ToArray(), true));
            }
        }

        remains.AddRange(AgentRemains.FilesBelow(scene.Root));
        return remains;
    }

    private static async Task StoreAsync(Scene scene, int git, int api, int database)
    {
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await SetAsync("git/robot", GitPassword, git);
        await SetAsync("api/robot", ApiToken, api);
        await SetAsync("shop/bartizan", OwnPostgres.Password, database);

        async Task SetAsync(string path, string value, int port)
        {
            await using var set = scene.Start("vault", "set", path, "--host", $"localhost:{port}", "--agent", "tried");
            await set.Input.WriteAsync(value);
            set.Input.Close();
            (await set.EndAsync()).Code.ShouldBe(0);
        }
    }

    private void Write(Scene scene, TestAuthority outside, string git, string api)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: http GET {{git}}/info/refs
                with: git
                why: It reads and writes the shop's code.
              - allow: http POST {{git}}/{git-upload-pack,git-receive-pack}
                with: git
                why: It reads and writes the shop's code.
              - allow: http * {{api}}/{items,items/*,whoami,stream}
                with: api
                why: It keeps the items.
              - allow: tool shop/select
                args: { sql: { sql: read, tables: [orders], columns: [id, status] } }
                why: It looks after orders.
              - allow: tool shop/insert
                args: { sql: { sql: write, tables: [orders], sets: [customer, status, note], columns: [id] } }
                why: It takes orders.
            hosts:
              localhost: { ca: {{outside.File}} }
            databases:
              shop: { url: "{{database.TlsUrl}}", with: shop, ca: "{{database.Authority}}" }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    """
                    credentials:
                      git: { from: vault:git/robot, in: { basic: robot } }
                      api: { from: vault:api/robot, as: API_TOKEN, like: github }
                      shop: { from: vault:shop/bartizan }

                    """,
                    StringComparison.Ordinal
                )
        );
    }

    private static async Task ServeAsync(HttpContext context)
    {
        var said = context.Request.Headers.Authorization.ToString();
        if (said != $"Bearer {ApiToken}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var path = context.Request.Path.Value!;
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (path == "/stream")
        {
            await context.Response.WriteAsync("event: it goes on\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        context.Response.Headers["X-Said"] = said;
        await context.Response.WriteAsync(
            path == "/whoami" ? $"you are {said}, in Base64 {Convert.ToBase64String(Encoding.ASCII.GetBytes(said))}\n"
            : context.Request.Method == "POST" ? $"made {body}\n"
            : $"item {path}\n"
        );
    }
}
