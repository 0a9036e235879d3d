using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing;

/// <summary>What the inbound gateway does with a dial: HTTP, over connections that it keeps.</summary>
public sealed class HttpTests
{
    private const string Agent = """
        const http = require('http');
        let served = 0;
        http.createServer(async (request, response) => {
            served++;
            if (request.url === '/events') {
                response.writeHead(200, { 'content-type': 'text/event-stream' });
                for (let i = 0; i < 3; i++) { response.write(`data: ${i}\n\n`); await new Promise(r => setTimeout(r, 5)); }
                return response.end();
            }
            let length = 0;
            for await (const chunk of request) length += chunk.length;
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify({ path: request.url, host: request.headers.host, length, served }));
        }).listen(8000, 'localhost', () => console.log('up'));
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_serves_http_answers_over_connections_that_are_kept()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "Node.js is not installed");
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Plan("/usr/bin/node", "-e", Agent) with
            {
                Served = [Served.Port],
            }
        );
        (await Served.LineAsync(sandbox.Output)).ShouldBe("up");
        var dialed = new ConcurrentBag<Socket>();
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            MaxConnectionsPerServer = 16,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = await sandbox.DialAsync(Served.Port, cancellation);
                dialed.Add(socket);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        client.BaseAddress = new Uri("http://support.example/");

        using var body = new ByteArrayContent(new byte[3 << 20]);
        using var posted = await client.PostAsync("upload", body, Cancellation);
        var first = await posted.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
        first!["length"]!.GetValue<int>().ShouldBe(3 << 20);
        first["host"]!.GetValue<string>().ShouldBe("support.example");

        (await client.GetStringAsync("events", Cancellation)).ShouldBe("data: 0\n\ndata: 1\n\ndata: 2\n\n");
        dialed.Count.ShouldBe(1);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 300).Select(i => client.GetFromJsonAsync<JsonObject>($"{i}", Cancellation))
        );
        answers
            .Select(static a => a!["path"]!.GetValue<string>())
            .ShouldBe(Enumerable.Range(0, 300).Select(i => $"/{i}"));
        answers.Max(static a => a!["served"]!.GetValue<int>()).ShouldBe(302);
        dialed.Count.ShouldBeLessThan(100);
    }
}
