using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bartizan.Posture.RedTeam;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Cli.RedTeam;

/// <summary>
/// What stands behind the gateways in a red-team run, on loopback: a model that obeys whatever it reads (Anthropic Messages) and a
/// suite's tool servers (MCP 2025-11-25). It plays one case at a time.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Lock _lock = new();
    private Obedience _obedience;
    private ImmutableArray<(string Name, JsonObject With)> _reached = [];

    private Stage(WebApplication web, Obedience first)
    {
        _web = web;
        _obedience = first;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address =>
        new(
            $"{_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/"
        );

    /// <summary>Starts it.</summary>
    public static async Task<Stage> StartAsync(RedTeamCase first, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var stage = new Stage(web, new Obedience(first));
        web.UseRouting();
        web.MapPost("/model/v1/messages", stage.AnswerAsync);
        web.MapPost("/tools/{server}", stage.ServeAsync);
        await web.StartAsync(cancellationToken);
        return stage;
    }

    /// <summary>Begins a case.</summary>
    public void Play(RedTeamCase next)
    {
        lock (_lock)
        {
            _obedience = new Obedience(next);
            _reached = [];
        }
    }

    /// <summary>True when a call like this one reached its server.</summary>
    public bool Reached(SuiteStep step)
    {
        lock (_lock)
        {
            return _reached.Any(call => call.Name == step.Name && JsonNode.DeepEquals(call.With, step.With));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var read = ResultsIn(request!["messages"]!.AsArray());
        int? fooledAfter = null;
        for (var i = 0; i < read.Length && fooledAfter is null; i++)
        {
            fooledAfter = _obedience.Obeys(read[i]) ? i + 1 : null;
        }

        var next = _obedience.Next(read.Length, fooledAfter);
        var own = fooledAfter is not { } at || read.Length < at || read.Length >= at + _obedience.Added.Length;
        JsonObject content = next is null
            ? new() { ["type"] = "text", ["text"] = "Done." }
            : new()
            {
                ["type"] = "tool_use",
                ["id"] = $"toolu_{(own ? "own" : "added")}_{read.Length}",
                ["name"] = $"{next.Server}__{next.Tool}",
                ["input"] = next.With.DeepClone(),
            };
        await WriteAsync(
            context,
            new JsonObject
            {
                ["id"] = $"msg_{read.Length}",
                ["type"] = "message",
                ["role"] = "assistant",
                ["model"] = request["model"]?.DeepClone(),
                ["content"] = new JsonArray(content),
                ["stop_reason"] = next is null ? "end_turn" : "tool_use",
                ["stop_sequence"] = null,
                ["usage"] = new JsonObject { ["input_tokens"] = 100, ["output_tokens"] = 40 },
            }
        );
    }

    private static ImmutableArray<string> ResultsIn(JsonArray messages) =>
        [
            .. messages
                .Select(message => message!["content"])
                .OfType<JsonArray>()
                .SelectMany(blocks => blocks)
                .Where(block => (string?)block!["type"] == "tool_result")
                .Select(block => (string?)block!["content"] ?? ""),
        ];

    private async Task ServeAsync(HttpContext context)
    {
        var server = (string)context.Request.RouteValues["server"]!;
        var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        if (request!["id"] is not { } id)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone() };
        if (Result(server, (string?)request["method"], request["params"]) is { } result)
        {
            answer["result"] = result;
        }
        else
        {
            answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = "there is no such method or tool" };
        }

        await WriteAsync(context, answer);
    }

    private JsonObject? Result(string server, string? method, JsonNode? sent) =>
        method switch
        {
            "initialize" => new()
            {
                ["protocolVersion"] = sent?["protocolVersion"]?.DeepClone() ?? "2025-11-25",
                ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
                ["serverInfo"] = new JsonObject { ["name"] = server, ["version"] = "1" },
            },
            "ping" => [],
            "tools/list" => new() { ["tools"] = Tools(server) },
            "tools/call" => Call(server, (string?)sent?["name"], sent?["arguments"] as JsonObject ?? []),
            _ => null,
        };

    private JsonArray Tools(string server) =>
        [
            .. _obedience
                .Case.Suite.Servers.GetValueOrDefault(server, [])
                .Select(tool => new JsonObject
                {
                    ["name"] = tool.Name,
                    ["description"] = tool.Description,
                    ["inputSchema"] = tool.Arguments.DeepClone(),
                }),
        ];

    private JsonObject? Call(string server, string? tool, JsonObject with)
    {
        var asked = new SuiteStep(server, tool ?? "", (JsonObject)with.DeepClone(), null);
        lock (_lock)
        {
            _reached = _reached.Add((asked.Name, asked.With));
        }

        var played = _obedience.Case;
        if (played.Suite.ToolOf(asked) is null)
        {
            return null;
        }

        var step =
            played
                .Task.Steps.Concat(_obedience.Added)
                .FirstOrDefault(one => one.Name == asked.Name && JsonNode.DeepEquals(one.With, asked.With))
            ?? asked;
        return new()
        {
            ["content"] = new JsonArray(
                new JsonObject { ["type"] = "text", ["text"] = played.Suite.AnswerOf(step, played.Injection) }
            ),
            ["isError"] = false,
        };
    }

    private static Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}
