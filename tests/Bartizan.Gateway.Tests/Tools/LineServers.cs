using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>Stdio servers that live in the test: each start is a new life that the test speaks for.</summary>
internal sealed class LineServers : IIsolatedProcesses
{
    public ConcurrentQueue<Life> Lives { get; } = new();

    public ConcurrentQueue<JsonObject> Received { get; } = new();

    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Credentials { get; } = new();

    /// <summary>What a life does with a message.</summary>
    public Func<Life, JsonObject, Task> Answer { get; set; } = (life, message) => life.UsualAsync(message);

    public bool Fails { get; set; }

    public Task<IIsolatedProcess> StartAsync(
        Session session,
        ToolServer server,
        IReadOnlyDictionary<string, string> credentials,
        CancellationToken cancellationToken
    )
    {
        Credentials.Enqueue(credentials);
        if (Fails)
        {
            throw new IOException("not here");
        }

        var life = new Life(this);
        Lives.Enqueue(life);
        return Task.FromResult<IIsolatedProcess>(life);
    }

    internal sealed class Life : IIsolatedProcess
    {
        private readonly Pipe _in = new();
        private readonly Pipe _out = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StreamWriter _says;

        public Life(LineServers servers)
        {
            _says = new StreamWriter(_out.Writer.AsStream()) { AutoFlush = true };
            _ = ServeAsync(servers);
        }

        public Stream Input => _in.Writer.AsStream();

        public Stream Output => _out.Reader.AsStream();

        public Task Ended => _ended.Task;

        public bool IsDisposed { get; private set; }

        public Task SayAsync(string line)
        {
            lock (_says)
            {
                _says.WriteLine(line);
            }

            return Task.CompletedTask;
        }

        public Task ResultAsync(JsonObject message, string result) =>
            SayAsync($$"""{"jsonrpc":"2.0","id":{{message["id"]!.ToJsonString()}},"result":{{result}}}""");

        public Task UsualAsync(JsonObject message) =>
            (string?)message["method"] switch
            {
                "initialize" => ResultAsync(
                    message,
                    """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}}"""
                ),
                "tools/list" => ResultAsync(message, """{"tools":[{"name":"echo"},{"name":"delete_all"}]}"""),
                "tools/call" => ResultAsync(
                    message,
                    $$"""{"content":[{"type":"text","text":"said {{(string?)message["params"]!["arguments"]!["say"]}}"}]}"""
                ),
                _ => Task.CompletedTask,
            };

        public void End()
        {
            _ended.TrySetResult();
            _out.Writer.Complete();
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            _ended.TrySetResult();
            _in.Writer.Complete();
            return ValueTask.CompletedTask;
        }

        private async Task ServeAsync(LineServers servers)
        {
            using var lines = new StreamReader(_in.Reader.AsStream());
            while (await lines.ReadLineAsync() is { } line)
            {
                var message = JsonNode.Parse(line)!.AsObject();
                servers.Received.Enqueue(message);
                await servers.Answer(this, message);
            }
        }
    }
}
