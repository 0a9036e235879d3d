using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>What a tool server that a command starts may reach, what it sees of the workspace, and whose switch it is under.</summary>
public sealed class StdioServerTests(ITestOutputHelper output)
{
    /// <summary>Of the daemon, at its highest.</summary>
    private const int MaxMegabytes = 200;

    [Fact]
    public async Task It_reaches_the_host_that_its_egress_names_and_no_other_one_on_the_same_machine()
    {
        await using var scene = await OpenAsync();
        var (named, other) = (FreePort.Next(), FreePort.Next());
        await using var hosts = await HostsAsync(scene, named, other);
        await WriteAsync(scene, $"up: {{ command: {Command(scene)}, egress: [\"localhost:{named}\"] }}");
        using var attached = await Attached.OpenAsync(scene);

        (await attached.DoAsync("dial", $"{named}")).ShouldContain($"the host at {named}");
        (await attached.DoAsync("dial", $"{other}")).ShouldContain("403");
        (await attached.DoAsync("dial", "443", "elsewhere.example")).ShouldContain("403");
        (await attached.DoAsync("direct", $"{named}")).ShouldContain("ECONNREFUSED");

        // What the server does is its own session's, not its client's.
        var intents = await scene.LogAsync("kind:intent", "verb:connect");
        intents.ShouldHaveSingleItem()["target"]!.GetValue<string>().ShouldBe($"localhost:{named}");
        intents[0]["session"]!.GetValue<string>().ShouldNotBe(attached.Session);
        (await scene.LogAsync("kind:refusal", "verb:connect")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task It_sees_the_staged_workspace_as_the_manifest_says_and_what_it_writes_waits_for_a_person()
    {
        await using var scene = await OpenAsync();
        await WriteAsync(
            scene,
            $$"""
            up: { command: {{Command(scene)}}, workspace: read-only }
              pen: { command: {{Command(scene)}}, workspace: read-write }
              blind: { command: {{Command(scene)}} }
            """,
            "run: { client: generic, tools: stdio, workspace: { path: ., mode: staged } }",
            Scene.Files
        );

        var run = await scene.RunAsync(
            $$"""
            say() { printf '%s\n' '{{Initialize}}' "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"do\",\"arguments\":{\"what\":\"$2\",\"arg\":\"$3\"} } }" | bartizan mcp --server "$1"; }
            for who in up pen blind; do echo "--$who"; say $who read /workspace/notes.txt; say $who write /workspace/$who.txt; done
            echo --agent; ls /workspace; rm -f /.bartizan/bartizan; echo x >/.bartizan/program/x; ls /.bartizan/program/bartizan.dll
            """
        );

        run.Code.ShouldBe(0, run.ToString());
        var said = run.Output.Split("--");
        said[1].ShouldContain("first line");
        said[1].ShouldContain("EROFS");
        said[2].ShouldContain("first line");
        said[2].ShouldContain("written");
        said[3].ShouldContain("ENOENT");
        said[4].ShouldContain("pen.txt");
        said[4].ShouldNotContain("up.txt");
        said[4].ShouldNotContain("blind.txt");
        said[4].ShouldContain("/.bartizan/program/bartizan.dll");
        run.Error.ShouldContain("Read-only file system");
        File.Exists(Path.Combine(scene.Project, "pen.txt")).ShouldBeFalse();
        var session = (await scene.LogAsync("kind:view"))[0]["session"]!.GetValue<string>();
        var diff = await scene.BartizanAsync("workspace", "diff", session);
        diff.Output.ShouldContain("pen.txt", customMessage: diff.ToString());
        diff.Output.ShouldNotContain("up.txt");
    }

    [Fact]
    public async Task A_pause_of_the_session_holds_its_process_and_a_resume_lets_it_go_on_and_a_kill_ends_it()
    {
        await using var scene = await OpenAsync();
        var marker = $"busy-{Guid.NewGuid():n}";
        await WriteAsync(scene, $"up: {{ command: {Command(scene, marker)} }}");
        using var attached = await Attached.OpenAsync(scene);
        (await attached.DoAsync("spin", "")).ShouldContain("spinning");
        var process = Scene.Processes(marker).Max();
        var before = Ticks(process);
        await Scene.UntilAsync(() => Ticks(process) > before + 5, "the server is busy");

        (await scene.BartizanAsync("pause", attached.Session)).Code.ShouldBe(0);
        var held = Ticks(process);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Ticks(process).ShouldBe(held);
        var states = (await scene.SessionsAsync()).Select(s => s!["state"]!.GetValue<string>()).ToList();
        states.ShouldBe(["paused", "paused"]);

        (await scene.BartizanAsync("resume", attached.Session)).Code.ShouldBe(0);
        await Scene.UntilAsync(() => Ticks(process) > held + 5, "the server goes on");
        (await attached.DoAsync("read", "/nowhere")).ShouldContain("ENOENT");

        (await scene.BartizanAsync("pause", attached.Session)).Code.ShouldBe(0);
        (await scene.BartizanAsync("kill", attached.Session)).Code.ShouldBe(0);
        Scene.Processes(marker).ShouldBeEmpty();
        await scene.QuietAsync();
        var log = await scene.BartizanAsync("log", "kind:state");
        log.Output.ShouldContain("with the session that it serves");
        log.Output.ShouldNotContain("NOT verified");
    }

    [Fact]
    public async Task An_endless_result_of_its_ends_in_an_error_and_not_in_the_daemons_memory()
    {
        await using var scene = await OpenAsync();
        await WriteAsync(scene, $"up: {{ command: {Command(scene)} }}");
        using var attached = await Attached.OpenAsync(scene);

        (await attached.DoAsync("endless", "")).ShouldContain("\"error\"");
        (await attached.AgainAsync("read", "/nowhere")).ShouldContain("ENOENT");

        var pid = await scene.DaemonAsync();
        var peak = File.ReadLines($"/proc/{pid}/status")
            .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        output.WriteLine(peak);
        var kilobytes = int.Parse(
            peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
        (kilobytes / 1024).ShouldBeLessThan(MaxMegabytes);
    }

    [Fact]
    public async Task What_would_take_its_calls_back_is_told_last_first_and_made_by_nobody()
    {
        await using var scene = await OpenAsync();
        await WriteAsync(
            scene,
            $$"""
            up:
                command: {{Command(scene)}}
                undo:
                  do: { tool: do, args: { what: args/what, arg: args/arg, id: result/id } }
            """
        );
        using var attached = await Attached.OpenAsync(scene);
        await attached.DoAsync("read", "/one");
        await attached.DoAsync("read", "/two");
        (await scene.BartizanAsync("kill", attached.Session)).Code.ShouldBe(0);

        var shown = await scene.BartizanAsync("log", "show", attached.Session);

        shown.Output.ShouldContain(
            """
              up/do: tool up/do {"arg":"/two","what":"read"}, without what stood nowhere: result/id
              up/do: tool up/do {"arg":"/one","what":"read"}, without what stood nowhere: result/id
            """
        );
        var json = JsonNode.Parse((await scene.BartizanAsync("log", "show", attached.Session, "--json")).Output)!;
        json["undos"]!.AsArray().Select(undo => (string)undo!["tool"]!).ShouldBe(["up/do", "up/do"]);
        (await scene.LogAsync("tool:up/do", "kind:intent")).Count.ShouldBe(2);
    }

    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    internal static async Task<Scene> OpenAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        var scene = await Scene.OpenAsync();
        await File.WriteAllTextAsync(Path.Combine(scene.Root, "server.mjs"), Server);
        return scene;
    }

    internal static string Command(Scene scene, string marker = "-") =>
        $"[node, \"{Path.Combine(scene.Root, "server.mjs")}\", \"{marker}\"]";

    internal static Task WriteAsync(Scene scene, string servers, string run = "", string rules = "") =>
        File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tools
            version: 1
            owner: tests@example.com
            environment: development
            {{run}}
            servers:
              {{servers}}
            rules:
              - allow: tool */do
                why: The tool of this test.
            {{rules}}
            """
        );

    // In hundredths of a second, of all its threads.
    private static long Ticks(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    internal static async Task<Running> HostsAsync(Scene scene, params int[] ports)
    {
        var (key, certificate) = (Path.Combine(scene.Root, "key.pem"), Path.Combine(scene.Root, "certificate.pem"));
        using (var rsa = System.Security.Cryptography.RSA.Create(2048))
        {
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
                "CN=localhost",
                rsa,
                System.Security.Cryptography.HashAlgorithmName.SHA256,
                System.Security.Cryptography.RSASignaturePadding.Pkcs1
            );
            using var made = request.CreateSelfSigned(
                TimeProvider.System.GetUtcNow().AddDays(-1),
                TimeProvider.System.GetUtcNow().AddDays(1)
            );
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(certificate, made.ExportCertificatePem());
        }

        var program = Path.Combine(scene.Root, "hosts.mjs");
        await File.WriteAllTextAsync(
            program,
            """
            import https from 'node:https'; import fs from 'node:fs';
            const [, , key, cert, ...ports] = process.argv;
            for (const port of ports)
              https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (_, a) => a.end(`the host at ${port}`)).listen(+port, '127.0.0.1');
            """
        );
        var hosts = Running.Start(
            new ProcessStartInfo("node", [program, key, certificate, .. ports.Select(p => $"{p}")])
        );
        foreach (var port in ports)
        {
            await RealClients.ReachableAsync(port);
        }

        return hosts;
    }

    // A server of few lines that does what its client asks of it.
    private const string Server = """
        import fs from 'node:fs'; import net from 'node:net'; import tls from 'node:tls'; import readline from 'node:readline'; import { once } from 'node:events';
        const say = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\n');
        const tool = { name: 'do', description: 'Does what it is told', inputSchema: { type: 'object' } };
        const tunnel = (port, host) => new Promise((done) => {
          const s = net.connect(3128, '127.0.0.1', () => s.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`));
          s.on('error', (e) => done(e.code));
          s.once('data', (head) => {
            if (!/^HTTP\/1.1 200/.test(head)) return done(String(head).split('\r\n')[0]);
            const t = tls.connect({ socket: s, servername: host, rejectUnauthorized: false }, () => t.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
            let all = ''; t.on('data', (d) => (all += d)); t.on('end', () => done(all)); t.on('error', (e) => done(`tls ${e.code}`));
          });
        });
        const dial = (port) => new Promise((done) => { const s = net.connect(port, '127.0.0.1', () => done('open')); s.on('error', (e) => done(e.code)); });
        const write = async (text) => { if (!process.stdout.write(text)) await once(process.stdout, 'drain'); };
        const work = {
          dial: (arg, host) => tunnel(+arg, host ?? 'localhost'),
          direct: (arg) => dial(+arg),
          read: (arg) => fs.readFileSync(arg, 'utf8'),
          write: (arg) => { fs.writeFileSync(arg, 'x'); return 'written'; },
          spin: () => { setInterval(() => { const end = Date.now() + 5; while (Date.now() < end); }, 10); return 'spinning'; },
        };
        process.stdout.on('error', () => process.exit(0));
        readline.createInterface({ input: process.stdin }).on('line', async (line) => {
          const m = JSON.parse(line);
          if (m.method === 'initialize') return say({ id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'worker', version: '1' } } });
          if (m.method === 'tools/list') return say({ id: m.id, result: { tools: [tool] } });
          if (m.method !== 'tools/call') return m.id === undefined || say({ id: m.id, error: { code: -32601, message: 'no' } });
          const { what, arg, host } = m.params.arguments;
          const chunk = 'a'.repeat(1 << 20);
          if (what === 'endless') { await write(`{"jsonrpc":"2.0","id":${m.id},"result":{"content":[{"type":"text","text":"`); for (;;) await write(chunk); }
          let text; try { text = await work[what](arg, host); } catch (e) { text = e.code ?? String(e); }
          say({ id: m.id, result: { content: [{ type: 'text', text }] } });
        });
        """;

    /// <summary>A session for an agent outside, and its client of the tool gateway.</summary>
    internal sealed class Attached(HttpClient client, Uri endpoint, Uri egress, string token, string session)
        : IDisposable
    {
        private string? _opened;

        public string Session => session;

        public string Token => token;

        public Uri Egress => egress;

        public static async Task<Attached> OpenAsync(Scene scene)
        {
            (await scene.BartizanAsync("up")).Code.ShouldBe(0);
            var attached = await scene.BartizanAsync("attach", "-m", scene.ManifestPath, "--json");
            attached.Code.ShouldBe(0, attached.Error);
            var reply = JsonNode.Parse(attached.Output)!;
            return new Attached(
                new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Running.Limit },
                new Uri((string)reply["endpoints"]!["mcp"]!["servers"]!["up"]!),
                new Uri((string)reply["endpoints"]!["egress"]!),
                (string)reply["token"]!,
                (string)reply["session"]!
            );
        }

        /// <summary>Calls the tool.</summary>
        public async Task<string> DoAsync(string what, string arg, string? host = null)
        {
            if (_opened is null)
            {
                using var opened = await SendAsync(Initialize);
                opened.EnsureSuccessStatusCode();
                _opened = opened.Headers.GetValues("mcp-session-id").Single();
            }

            var more = host is null ? "" : $",\"host\":\"{host}\"";
            var arguments = $$"""{"what":"{{what}}","arg":"{{arg}}"{{more}}}""";
            using var answer = await SendAsync(
                """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"do","arguments":ARGUMENTS}}""".Replace(
                    "ARGUMENTS",
                    arguments,
                    StringComparison.Ordinal
                )
            );
            return await answer.Content.ReadAsStringAsync();
        }

        /// <summary>Calls it as soon as the server, which is started again with some delay, is there.</summary>
        public async Task<string> AgainAsync(string what, string arg)
        {
            using var limit = new CancellationTokenSource(Running.Limit);
            while (true)
            {
                _opened = null;
                try
                {
                    var answer = await DoAsync(what, arg);
                    if (!answer.Contains("\"error\"", StringComparison.Ordinal))
                    {
                        return answer;
                    }
                }
                catch (HttpRequestException)
                {
                    // Not opened yet.
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            }
        }

        public void Dispose() => client.Dispose();

        private async Task<HttpResponseMessage> SendAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
            request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
            if (_opened is not null)
            {
                request.Headers.TryAddWithoutValidation("mcp-session-id", _opened);
            }

            return await client.SendAsync(request);
        }
    }
}
