using System.Text.Json;

namespace Bartizan.EndToEnd.Tests.Code.Attacks;

/// <summary>An agent and its code that want to meet in the workspace, which both of them see: through a socket, and to pass descriptors.</summary>
public sealed class MeetingAttacks
{
    private const string Python = "/usr/bin/python3";

    // Listens in the workspace with sockets of each kind, and with a pipe that has a name; then calls, and says what came.
    private const string Agent = """
        import os, socket, subprocess, sys
        kinds = {'stream': socket.SOCK_STREAM, 'datagram': socket.SOCK_DGRAM, 'packets': socket.SOCK_SEQPACKET}
        heard = {}
        for name, kind in kinds.items():
            one = socket.socket(socket.AF_UNIX, kind)
            one.bind('/workspace/.' + name)
            os.chmod('/workspace/.' + name, 0o777)
            if kind != socket.SOCK_DGRAM:
                one.listen(8)
            one.setblocking(False)
            heard[name] = one
        os.mkfifo('/workspace/.pipe', 0o777)
        os.chmod('/workspace/.pipe', 0o777)
        pipe = os.open('/workspace/.pipe', os.O_RDONLY | os.O_NONBLOCK)
        # The control: from the agent's own sandbox each of them is met.
        mine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mine.connect('/workspace/.stream')
        heard['stream'].accept()
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        a.sendto(b'x', '/workspace/.datagram')
        assert heard['datagram'].recv(1) == b'x'
        print('CONTROL met', flush=True)
        sys.stdout.write(subprocess.run(['bartizan', 'mcp', '--server', sys.argv[1]], stdin=open('call.json'), capture_output=True, text=True).stdout)
        for name, one in heard.items():
            try:
                one.recv(1) if name == 'datagram' else one.accept()
                print('MET by', name)
            except BlockingIOError:
                print('nobody by', name)
        try:
            print('MET by pipe' if os.read(pipe, 1) else 'nobody by pipe')
        except BlockingIOError:
            print('nobody by pipe')
        """;

    // Tries every way there is to a socket in a file, says how each ends, and that what programs use is there.
    private const string Code = """
        import os, socket, subprocess, sys
        print(sorted(n for n in os.listdir('/workspace') if n.startswith('.') and n != '.git'))
        def attempt(name, work):
            try:
                work()
                print(name, 'WORKED')
            except OSError as e:
                print(name, e.strerror)
        def met(kind, name):
            s = socket.socket(socket.AF_UNIX, kind)
            s.connect('/workspace/.' + name)
            socket.send_fds(s, [b'x'], [os.memfd_create('m')])
        def pointed(kind):
            a, b = socket.socketpair(socket.AF_UNIX, kind)
            socket.send_fds(a, [b'x'], [os.memfd_create('m')], 0, '/workspace/.datagram')
        def led(kind, name):
            a, b = socket.socketpair(socket.AF_UNIX, kind)
            b.close()
            a.connect('/workspace/.' + name)
        def piped():
            os.write(os.open('/workspace/.pipe', os.O_WRONLY | os.O_NONBLOCK), b'x')
        attempt('stream', lambda: met(socket.SOCK_STREAM, 'stream'))
        attempt('datagram', lambda: met(socket.SOCK_DGRAM, 'datagram'))
        attempt('packets', lambda: met(socket.SOCK_SEQPACKET, 'packets'))
        attempt('pair', lambda: pointed(socket.SOCK_DGRAM))
        attempt('raw pair', lambda: pointed(socket.SOCK_RAW))
        attempt('led stream', lambda: led(socket.SOCK_STREAM, 'stream'))
        attempt('led packets', lambda: led(socket.SOCK_SEQPACKET, 'packets'))
        attempt('pipe', piped)
        a, b = socket.socketpair()
        a.send(b'own'); print('own pair', b.recv(3).decode())
        print('child', subprocess.run(['/bin/echo', 'runs'], capture_output=True, text=True).stdout.strip())
        print('end')
        """;

    [Fact]
    public async Task Code_that_reads_the_workspace_meets_nobody_there()
    {
        var said = await RunAsync(
            "code: { languages: { python: [/usr/bin/python3] }, workspace: read-only }",
            "code/run",
            "code",
            "run",
            new { language = "python", code = Code }
        );

        ShouldMeetNobody(said);
        said.ShouldContain("'.datagram', '.packets', '.pipe', '.stream'", customMessage: said);
        said.ShouldContain("pipe Permission denied", customMessage: said);
        said.ShouldContain("nobody by pipe", customMessage: said);
    }

    [Theory]
    [InlineData("read-only")]
    [InlineData("read-write")]
    public async Task A_tool_server_that_sees_the_workspace_meets_nobody_there(string how)
    {
        var server = """
            import contextlib, io, json, sys
            for line in sys.stdin:
                m = json.loads(line)
                if m.get('method') == 'initialize':
                    r = {'protocolVersion': m['params']['protocolVersion'], 'capabilities': {'tools': {}}, 'serverInfo': {'name': 'w', 'version': '1'}}
                elif m.get('method') == 'tools/list':
                    r = {'tools': [{'name': 'do', 'description': 'Does', 'inputSchema': {'type': 'object'}}]}
                elif m.get('method') == 'tools/call':
                    out = io.StringIO()
                    with contextlib.redirect_stdout(out):
                        exec(m['params']['arguments']['code'], {})
                    r = {'content': [{'type': 'text', 'text': out.getvalue()}]}
                else:
                    continue
                print(json.dumps({'jsonrpc': '2.0', 'id': m['id'], 'result': r}), flush=True)
            """;

        var said = await RunAsync(
            $"servers: {{ pen: {{ command: [{Python}, \"SERVER\"], workspace: {how} }} }}",
            "pen/do",
            "pen",
            "do",
            new { code = Code },
            server
        );

        ShouldMeetNobody(said);
    }

    private static void ShouldMeetNobody(string said)
    {
        said.ShouldContain("CONTROL met", customMessage: said);
        foreach (var way in (string[])["stream", "datagram", "packets"])
        {
            said.ShouldContain($"{way} Address family not supported by protocol", customMessage: said);
            said.ShouldContain($"nobody by {way}", customMessage: said);
        }

        said.ShouldContain("pair Operation not permitted", customMessage: said);
        said.ShouldContain("raw pair Operation not permitted", customMessage: said);
        said.ShouldContain("led stream Transport endpoint is already connected", customMessage: said);
        said.ShouldContain("led packets Transport endpoint is already connected", customMessage: said);
        said.ShouldContain("own pair own", customMessage: said);
        said.ShouldContain("child runs", customMessage: said);
        said.ShouldContain("end", customMessage: said);
        said.ShouldNotContain("MET by stream");
        said.ShouldNotContain("MET by datagram");
        said.ShouldNotContain("MET by packets");
    }

    private static async Task<string> RunAsync(
        string section,
        string tool,
        string server,
        string name,
        object arguments,
        string program = ""
    )
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        var path = Path.Combine(scene.Root, "server.py");
        await File.WriteAllTextAsync(path, program);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: coder
            version: 1
            owner: tests@example.com
            environment: development
            run: { client: generic, tools: stdio, workspace: { path: ., mode: staged } }
            {{section.Replace("SERVER", path, StringComparison.Ordinal)}}
            rules:
              - allow: tool {{tool}}
                why: The tool of this test.
            {{Scene.Files}}
            """
        );
        await File.WriteAllTextAsync(Path.Combine(scene.Project, "agent.py"), Agent);
        await File.WriteAllTextAsync(
            Path.Combine(scene.Project, "call.json"),
            """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"NAME","arguments":ARGUMENTS}}

            """.Replace("NAME", name, StringComparison.Ordinal).Replace(
                "ARGUMENTS",
                JsonSerializer.Serialize(arguments),
                StringComparison.Ordinal
            )
        );
        var run = await scene.RunAsync($"{Python} agent.py {server}");
        run.Code.ShouldBe(0, run.ToString());
        return run.Output;
    }
}
