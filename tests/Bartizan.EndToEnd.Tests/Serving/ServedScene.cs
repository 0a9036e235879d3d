using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;

namespace Bartizan.EndToEnd.Tests.Serving;

/// <summary>An agent that is served from sandboxes, one for each of its two callers, by the built program.</summary>
internal sealed class ServedScene : IAsyncDisposable
{
    /// <summary>Answers what it is told to do, from where it runs.</summary>
    private const string Agent = """
        import http.server, json, os, socket, base64, hashlib, sys, time, urllib.request, urllib.error
        PORT = int(sys.argv[1])
        class Agent(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *words): print(*words, flush=True)
            def say(self, text):
                body = text.encode()
                self.send_response(200)
                self.send_header('content-type', 'text/plain')
                self.send_header('content-length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_POST(self):
                told = json.loads(self.rfile.read(int(self.headers['content-length'])))
                self.say(str(getattr(self, 'do_' + told.pop('do'))(**told)))
            def do_note(self, text):
                with open('/tmp/note', 'a') as note: note.write(text)
                return 'noted'
            def do_read(self):
                return open('/tmp/note').read() if os.path.exists('/tmp/note') else 'nothing'
            def do_headers(self): return ' '.join(sorted(name.lower() for name in self.headers))
            def do_die(self): os._exit(3)
            def do_hang(self): print('hanging', flush=True); time.sleep(600)
            def do_listed(self):
                lines = [open(f'/proc/{p}/cmdline').read() for p in os.listdir('/proc') if p.isdigit()]
                return sum(line.startswith('/usr/bin/python3') for line in lines)
            def do_dial(self, port):
                try:
                    with socket.create_connection(('127.0.0.1', port), 2): return 'reached'
                except OSError as e: return type(e).__name__
            def do_write(self):
                try: open('/workspace/mine', 'w'); return 'written'
                except OSError as e: return type(e).__name__
            def do_ask(self):
                body = json.dumps({'model': 'm1', 'max_tokens': 9, 'messages': [{'role': 'user', 'content': 'hi'}]}).encode()
                ask = urllib.request.Request(os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages', body,
                    {'x-api-key': os.environ['ANTHROPIC_API_KEY'], 'content-type': 'application/json', 'anthropic-version': '2023-06-01'})
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                try: return opener.open(ask).read().decode()
                except urllib.error.HTTPError as e: return f'refused {e.code}'
            def do_GET(self):
                if self.headers.get('upgrade', '').lower() != 'websocket':
                    self.send_response(200)
                    self.send_header('content-type', 'text/event-stream')
                    self.send_header('connection', 'close')
                    self.end_headers()
                    for i in range(3): self.wfile.write(f'data: {i}\n\n'.encode()); self.wfile.flush()
                    self.close_connection = True
                    return
                key = self.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
                self.send_response(101)
                self.send_header('upgrade', 'websocket'); self.send_header('connection', 'Upgrade')
                self.send_header('sec-websocket-accept', base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
                self.end_headers()
                head = self.rfile.read(2)
                mask = self.rfile.read(4)
                text = bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(head[1] & 127)))
                answer = b'echo ' + text
                self.wfile.write(bytes([0x81, len(answer)]) + answer); self.wfile.flush()
                self.rfile.read(2)
                self.close_connection = True
        http.server.ThreadingHTTPServer(('127.0.0.1', PORT), Agent).serve_forever()
        """;

    /// <summary>The callers, each with a key.</summary>
    public const string Shop = "shop-key-0123456789abcdef0123456789abcdef";

    public const string Desk = "desk-key-0123456789abcdef0123456789abcdef";

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) }
    )
    {
        Timeout = Running.Limit,
    };

    private ServedScene(Scene scene) => Scene = scene;

    public Scene Scene { get; }

    /// <summary>The port in the sandbox, at which nothing listens on this host.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>What stands in the command line of the agents' processes, and in no other's.</summary>
    public string Mark { get; } = $"agent-{Guid.NewGuid():N}.py";

    public Uri Url { get; private set; } = null!;

    public IReadOnlyList<int> Processes => Scene.Processes(Mark);

    public static async Task<ServedScene> OpenAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "Python is not installed");
        var served = new ServedScene(await Scene.OpenAsync());
        await File.WriteAllTextAsync(Path.Combine(served.Scene.Project, served.Mark), Agent);
        return served;
    }

    /// <summary>Opens the agent to its callers; <paramref name="command"/> in place of the usual one, in words of bash.</summary>
    public async Task ServeAsync(string? command = null, string serve = "")
    {
        command ??= $"exec /usr/bin/python3 {Mark} {Port}";
        await File.WriteAllTextAsync(
            Scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            version: 1
            owner: tests@example.com
            description: An agent of a test.
            environment: development
            extends: floor
            run:
              client: generic
              workspace: { path: ., mode: read-only }
              command: [bash, -c, '{{command}}', '{{Mark}}']
            serve:
              listen: 127.0.0.1:0
              port: {{Port}}
              callers:
                keys: { shop: "{{HashOf(Shop)}}", desk: "{{HashOf(Desk)}}" }
            {{serve}}
            models:
              up: { api: anthropic, url: "{{Scene.Upstream.Url}}", with: up-key }
            credentials:
              up-key: { from: env:UP_KEY }
            rules:
              - allow: serve POST /do
                why: It is told what to do.
              - allow: serve GET /watch
                why: Events, or a WebSocket.
              - allow: model up/m1
                when: user.id == "shop"
                why: The model is for one of the two.
              - allow: read workspace/**
                why: Its program.
            """
        );
        var opened = await Scene.BartizanAsync("serve", "--detach");
        opened.Code.ShouldBe(0, opened.ToString());
        Url = new Uri(opened.Output.Split(" at ")[1].Trim());
    }

    public async Task<(int Status, string Body)> TellAsync(string what, string key = Shop, object? with = null)
    {
        var body = with is null ? [] : JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(with))!.AsObject();
        body["do"] = what;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, "/do"));
        request.Content = JsonContent.Create(body);
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Tells it until it answers with a status.</summary>
    public async Task<string> UntilAsync(int status, string what, string key = Shop)
    {
        using var limit = new CancellationTokenSource(Running.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var answer = await TellAsync(what, key);
        while (answer.Status != status)
        {
            limit.IsCancellationRequested.ShouldBeFalse($"it never answered {status}, last {answer}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            answer = await TellAsync(what, key);
        }

        return answer.Body;
    }

    public async Task<string> WatchAsync(string key = Shop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, "/watch"));
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Waits until no process of any agent is left.</summary>
    public Task GoneAsync() => Scene.UntilAsync(() => Processes.Count == 0, "all processes of its sandboxes are gone");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Scene.DisposeAsync();
    }

    public static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string HashOf(string key) => $"sha256:{Digest.Of(Encoding.UTF8.GetBytes(key))}";
}
