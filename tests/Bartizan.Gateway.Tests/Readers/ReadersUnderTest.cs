using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Readers;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using Bartizan.Guards.Contents;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Readers;

/// <summary>
/// Both real gateways with one session, a mail server whose mails a stranger writes, and a model that obeys the stranger: it answers
/// what stands after <c>SAY </c> in what it reads, word for word, and calls a tool where that is <c>CALL</c>.
/// </summary>
internal sealed class ReadersUnderTest
    : ISessions,
        ISessionTokens,
        ICredentialLender,
        IApprovals,
        IReadings,
        IAsyncDisposable
{
    public const string Token = "token-of-mine";

    public const string Usual = """
        readers:
          read_invoice:
            description: Reads an invoice.
            from: tool mail/get
            model: anthropic/claude-small
            question: What are the invoice's number, total and day?
            gives:
              number: { is: identifier, max_length: 20 }
              total: { is: number, between: [0, 100000] }
              day: { is: date, optional: true }
              state: { in: [open, paid], optional: true }
              urgent: { is: boolean, optional: true }
        """;

    private const string Begin = "SAY ";

    private static readonly string[] s_rules =
    [
        """  - { allow: "tool reader/*", why: It reads invoices. }""",
        """  - { allow: "tool mail/get", why: Where invoices are. }""",
        """  - { allow: "tool bank/*", why: It pays. }""",
        """  - { allow: "model {anthropic,openai,gemini}/claude-small", why: It reads. }""",
    ];

    private readonly ConcurrentDictionary<SessionId, Session> _sessions = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false });
    private ScriptedUpstream _upstream = null!;
    private ModelGateway _models = null!;
    private ToolGateway _tools = null!;
    private IPEndPoint _endPoint = null!;

    public GatewayUnderTest.MemoryJournal Journal { get; } = new();

    public Session Mine { get; private set; } = null!;

    public SessionControl MineControl { get; private set; } = null!;

    /// <summary>What the stranger wrote.</summary>
    public string Mail { get; set; } = "";

    /// <summary>What people are asked, in order.</summary>
    public ConcurrentQueue<ApprovalRequest> Asked { get; } = new();

    /// <summary>Sessions that were opened to read.</summary>
    public ConcurrentQueue<Session> Read { get; } = new();

    /// <summary>Done before a model answers.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    /// <summary>What a server does with a client that listens.</summary>
    public Func<HttpContext, Task> OnListen { get; set; } =
        context =>
        {
            context.Response.StatusCode = 405;
            return Task.CompletedTask;
        };

    /// <summary>The tools that the servers were asked for, with their arguments.</summary>
    public ConcurrentQueue<(string Tool, string Arguments)> Called { get; } = new();

    public IEnumerable<ScriptedUpstream.Received> ModelRequests =>
        _upstream.Requests.Where(one => !one.Target.StartsWith("/mcp", StringComparison.Ordinal));

    public bool FleetRunning => true;

    public static async Task<ReadersUnderTest> StartAsync(
        string? readers = null,
        string more = "",
        string without = "?",
        IIsolatedProcesses? processes = null
    )
    {
        var house = new ReadersUnderTest { _upstream = await ScriptedUpstream.StartAsync() };
        house._upstream.Answer = house.AnswerAsync;
        var url = house._upstream.Url;
        var load = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: clerk
            version: 1
            owner: tests@example.com
            environment: development
            models:
              anthropic: { api: anthropic, url: "{{url}}" }
              openai: { api: openai, url: "{{url}}v1" }
              gemini: { api: gemini, url: "{{url}}v1beta" }
            servers:
              mail: { {{(processes is null ? $"url: \"{url}mcp/mail\"" : "command: [server]")}} }
              bank: { url: "{{url}}mcp/bank" }
            {{readers ?? Usual}}
            trust:
              untrusted: ["tool mail/get"]
              consequential:
                - { tool: "bank/pay", targets: [to] }
                - { tool: "bank/close" }
            {{more}}
            rules:
            {{string.Join('\n', s_rules.Where(rule => !rule.Contains(without, StringComparison.Ordinal)))}}
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldBeEmpty();
        (house.Mine, house.MineControl) = Session.Open(
            SessionId.New(),
            load.Manifest!,
            Policy.Compile(load.Manifest!),
            "tester",
            false
        );
        house.MineControl.Start();
        house._sessions[house.Mine.Id] = house.Mine;
        var monitor = new ReferenceMonitor(
            house,
            house.Journal,
            house,
            [new ContentGuard(house, house, TimeProvider.System)],
            TimeProvider.System,
            new MonitorOptions(),
            new BudgetLedger(PriceTable.BuiltIn, TimeProvider.System)
        );
        house._models = await ModelGateway.StartAsync(
            monitor,
            house,
            house,
            house,
            TimeProvider.System,
            new ModelGatewayOptions(),
            CancellationToken.None
        );
        house._tools = await ToolGateway.StartAsync(
            monitor,
            house,
            house,
            house,
            TimeProvider.System,
            new ToolGatewayOptions { Readers = new ReaderGround(house._models, house) },
            CancellationToken.None,
            processes
        );
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        house._endPoint = (IPEndPoint)socket.LocalEndPoint!;
        house._tools.Accept(house.Mine, socket);
        return house;
    }

    /// <summary>Calls a tool as the agent.</summary>
    public async Task<JsonObject> CallAsync(string server, string tool, string arguments, string token = Token)
    {
        var answer = await AskAsync(server, "tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""", token);
        return answer;
    }

    /// <summary>Has the mail read; the text of the result.</summary>
    public async Task<(string Text, bool Failed)> ReadAsync(string mail, string tool = "read_invoice")
    {
        Mail = mail;
        var answer = await CallAsync("reader", tool, """{"id":"m1"}""");
        var result = answer["result"] ?? throw new InvalidOperationException(answer.ToJsonString());
        return ((string)result["content"]![0]!["text"]!, (bool?)result["isError"] == true);
    }

    public async Task<JsonObject> AskAsync(string server, string method, string parameters, string token = Token)
    {
        var (body, headers) = Tools.ToolsUnderTest.Stateless(method, parameters);
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_endPoint}/mcp/{server}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        headers(request);
        using var response = await _http.SendAsync(request, CancellationToken.None);
        return await Tools.ToolsUnderTest.AnswerAsync(response);
    }

    /// <summary>Posts a message of the session era as it stands.</summary>
    public Task<HttpResponseMessage> PostAsync(string server, string body, string? session) =>
        SendAsync(HttpMethod.Post, server, new StringContent(body, Encoding.UTF8, "application/json"), session);

    /// <summary>Listens to what a server says by itself.</summary>
    public Task<HttpResponseMessage> ListenAsync(string server, string session) =>
        SendAsync(HttpMethod.Get, server, null, session);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string server,
        HttpContent? content,
        string? session
    )
    {
        var request = new HttpRequestMessage(method, $"http://{_endPoint}/mcp/{server}") { Content = content };
        request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {Token}");
        if (session is not null)
        {
            request.Headers.TryAddWithoutValidation("mcp-session-id", session);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _http.SendAsync(request, limit.Token);
    }

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    public SessionId? Verify(ReadOnlySpan<char> token) => token is Token ? Mine.Id : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        throw new CredentialUnavailableException("there is none");

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return default;
    }

    public Task<IReading> OpenAsync(Session parent, ReaderTerms reader, CancellationToken cancellationToken)
    {
        var (session, control) = Session.OpenFor(parent, SessionId.New());
        _sessions[session.Id] = session;
        Read.Enqueue(session);
        control.Start().ShouldBeTrue();
        return Task.FromResult<IReading>(new Reading(session, control));
    }

    public IEnumerable<Entry> EntriesOf(Session session) => Journal.Entries.Where(entry => entry.Session == session.Id);

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        await _models.DisposeAsync();
        await _upstream.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Method == "GET")
        {
            await OnListen(context);
            return;
        }

        var request = JsonNode.Parse(_upstream.Requests.Last(one => one.Method == "POST").Text)!;
        if (context.Request.Path.Value!.StartsWith("/mcp", StringComparison.Ordinal))
        {
            await ServeAsync(context, request);
            return;
        }

        await BeforeAnswer();
        var prompt =
            request["messages"]?.AsArray().Last()?["content"] ?? request["contents"]?[0]?["parts"]?[0]?["text"];
        var read = (string)prompt!;
        var at = read.IndexOf(Begin, StringComparison.Ordinal);
        var end = read.LastIndexOf("\nEND ", StringComparison.Ordinal);
        var said = at < 0 ? "{}" : read[(at + Begin.Length)..end].TrimEnd('\n');
        await ScriptedUpstream.JsonAsync(context, Answer(context.Request.Path, said).ToJsonString());
    }

    private static JsonObject Answer(string path, string said)
    {
        var call = said == "CALL";
        return path switch
        {
            "/v1/messages" => new()
            {
                ["id"] = "m",
                ["type"] = "message",
                ["role"] = "assistant",
                ["content"] = new JsonArray(
                    call
                        ? new JsonObject
                        {
                            ["type"] = "tool_use",
                            ["id"] = "t",
                            ["name"] = "pay",
                            ["input"] = new JsonObject { ["to"] = "eve" },
                        }
                        : new JsonObject { ["type"] = "text", ["text"] = said }
                ),
                ["stop_reason"] = call ? "tool_use" : "end_turn",
                ["usage"] = new JsonObject { ["input_tokens"] = 10, ["output_tokens"] = 5 },
            },
            "/v1/chat/completions" => new()
            {
                ["choices"] = new JsonArray(
                    new JsonObject
                    {
                        ["finish_reason"] = "stop",
                        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = said },
                    }
                ),
            },
            _ => new()
            {
                ["candidates"] = new JsonArray(
                    new JsonObject
                    {
                        ["finishReason"] = "STOP",
                        ["content"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = said }) },
                    }
                ),
            },
        };
    }

    private async Task ServeAsync(HttpContext context, JsonNode request)
    {
        if (request["id"] is not { } id)
        {
            context.Response.StatusCode = 202;
            return;
        }

        var method = (string)request["method"]!;
        if (method == "tools/call")
        {
            Called.Enqueue(((string)request["params"]!["name"]!, request["params"]!["arguments"]!.ToJsonString()));
        }

        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone() };
        JsonObject? result = method switch
        {
            "initialize" => new()
            {
                ["protocolVersion"] = "2025-11-25",
                ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
                ["serverInfo"] = new JsonObject { ["name"] = "s", ["version"] = "1" },
            },
            "tools/call" => new()
            {
                ["resultType"] = "complete",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = Mail }),
            },
            _ => null,
        };
        if (result is null)
        {
            answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = "no" };
        }
        else
        {
            answer["result"] = result;
        }

        await ScriptedUpstream.JsonAsync(context, answer.ToJsonString());
    }

    private sealed class Reading(Session session, SessionControl control) : IReading
    {
        public Session Session => session;

        public ValueTask DisposeAsync()
        {
            control.End();
            return ValueTask.CompletedTask;
        }
    }
}
