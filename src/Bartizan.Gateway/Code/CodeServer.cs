using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Code;

/// <summary>
/// The MCP server whose one tool runs code. It stands where a server over HTTP would, so that a call of it is listed, decided,
/// budgeted and recorded as any other's; what runs then is a session of its own, in a sandbox of its own.
/// <code>
/// agent ─ tool code/run ─▶ monitor ─▶ here ─▶ a sibling: fresh sandbox, no token, no model, no tool ─▶ streams, exit code
/// </code>
/// </summary>
internal sealed class CodeServer(ICodeRuns runs)
{
    /// <summary>Calls of one session at once: each is a sandbox.</summary>
    public const int MaxRuns = 4;

    private static readonly string[] _arguments = ["language", "code", "stdin"];

    private readonly ConditionalWeakTable<Session, UnderWay> _underWay = [];
    private long _opened;

    /// <summary>Takes one request, as over HTTP.</summary>
    public async Task<ServerAnswer> SendAsync(
        Session session,
        ToolServer server,
        HttpMethod method,
        ReadOnlyMemory<byte> body,
        ServerHeaders headers,
        CancellationToken cancellationToken
    )
    {
        if (method != HttpMethod.Post)
        {
            return ServerAnswer.Of(method == HttpMethod.Delete ? HttpStatusCode.OK : HttpStatusCode.MethodNotAllowed);
        }

        var message = Message.Read(body);
        var call = CallParams.Read(message.Inner);
        if (message.Kind != MessageKind.Request)
        {
            if (
                message.Method == Methods.Cancelled
                && call is not null
                && Message.IdOf(call.Member("requestId")) is { } cancelled
                && _underWay.TryGetValue(session, out var mine)
            )
            {
                mine.Cancel((headers.Session, cancelled));
            }

            return ServerAnswer.Of(HttpStatusCode.Accepted);
        }

        return message.Method switch
        {
            Methods.Initialize => ServerAnswer.Of(
                CodeMessages.Server.Opened(message.Id, call?.Text("protocolVersion")),
                string.Create(CultureInfo.InvariantCulture, $"code-{Interlocked.Increment(ref _opened)}")
            ),
            Methods.Discover => ServerAnswer.Of(CodeMessages.Server.Discovered(message.Id)),
            Methods.Ping => ServerAnswer.Of(OwnServer.Empty(message.Id)),
            Methods.ToolsList => ServerAnswer.Of(CodeMessages.Tools(message.Id, server)),
            Methods.ToolsCall when call is not null => ServerAnswer.Of(
                await CallAsync(session, server, message.Id, call, headers, cancellationToken).ConfigureAwait(false)
            ),
            _ => ServerAnswer.Of(new RpcError(RpcError.NoSuchMethod, "Method not found").ToMessage(message.Id)),
        };
    }

    private async Task<ReadOnlyMemory<byte>> CallAsync(
        Session session,
        ToolServer server,
        string id,
        CallParams call,
        ServerHeaders headers,
        CancellationToken cancellationToken
    )
    {
        if (call.Text("name") != CodeTerms.Tool || call.Arguments() is not { } arguments)
        {
            return new RpcError(RpcError.InvalidParams, "there is no such tool").ToMessage(id);
        }

        if (Read(arguments, server.Code!) is not { } asked)
        {
            return OwnServer.Failed(id, CodeMessages.Misfit(server.Code!));
        }

        var room = _underWay.GetValue(session, static _ => new UnderWay());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        if (!room.TryEnter((headers.Session, id), ended))
        {
            return OwnServer.Failed(id, CodeMessages.Busy);
        }

        try
        {
            var result = await runs.RunAsync(session, server, asked, headers.Passage, ended.Token)
                .ConfigureAwait(false);
            return OwnServer.Given(id, CodeMessages.ValueOf(result));
        }
        catch (OperationCanceledException)
            when (!cancellationToken.IsCancellationRequested && !session.Revoked.IsCancellationRequested)
        {
            return new RpcError(RpcError.Failed, "Bartizan: the call was cancelled.").ToMessage(id);
        }
        finally
        {
            room.Leave((headers.Session, id), ended);
        }
    }

    // What was decided is what runs: one language of the manifest, one text of code, and nothing beside them.
    private static CodeCall? Read(JsonElement arguments, CodeTerms terms)
    {
        if (arguments.EnumerateObject().Any(one => !_arguments.Contains(one.Name, StringComparer.Ordinal)))
        {
            return null;
        }

        var (language, code) = (TextOf(arguments, "language"), TextOf(arguments, "code"));
        var input = arguments.TryGetProperty("stdin", out _) ? TextOf(arguments, "stdin") : "";
        return language is null || code is null || input is null || !terms.Languages.ContainsKey(language)
            ? null
            : new CodeCall(language, Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(input));
    }

    private static string? TextOf(JsonElement arguments, string name)
    {
        try
        {
            return arguments.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String
                ? said.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: readers would disagree about what is run.
            return null;
        }
    }

    private sealed class UnderWay
    {
        private readonly ConcurrentDictionary<(string? Session, string Id), CancellationTokenSource> _calls = new();
        private readonly SemaphoreSlim _room = new(MaxRuns, MaxRuns);

        public bool TryEnter((string?, string) call, CancellationTokenSource ended)
        {
            if (!_room.Wait(TimeSpan.Zero))
            {
                return false;
            }

            _calls.TryAdd(call, ended);
            return true;
        }

        public void Leave((string?, string) call, CancellationTokenSource ended)
        {
            _calls.TryRemove(new(call, ended));
            _room.Release();
        }

        public void Cancel((string?, string) call)
        {
            if (_calls.TryGetValue(call, out var ended))
            {
                try
                {
                    ended.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // It ended meanwhile.
                }
            }
        }
    }
}
