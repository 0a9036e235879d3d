using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Console.Tests;

/// <summary>An MCP server with one tool, which sends mail: it keeps what it was asked to send.</summary>
internal sealed class ToolServer : IAsyncDisposable
{
    private readonly WebApplication _web;

    private ToolServer(WebApplication web) => _web = web;

    /// <summary>The arguments of its calls.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    public Uri Address { get; private set; } = null!;

    public static async Task<ToolServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var server = new ToolServer(web);
        web.Run(server.AnswerAsync);
        await web.StartAsync(TestContext.Current.CancellationToken);
        var host = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(new Uri(host.Addresses.Single()), "/mcp");
        return server;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var asked = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        if (asked["id"] is not { } id)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        JsonNode? result = (string?)asked["method"] switch
        {
            "initialize" => JsonNode.Parse(
                """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"mail","version":"1"}}"""
            ),
            "tools/list" => JsonNode.Parse(
                """{"tools":[{"name":"send","description":"Sends mail.","inputSchema":{"type":"object","properties":{"to":{"type":"string"},"body":{"type":"string"}}}}]}"""
            ),
            "tools/call" => Call(asked),
            _ => new JsonObject(),
        };
        context.Response.ContentType = "application/json";
        var answer = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = id.DeepClone(),
            ["result"] = result,
        };
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private JsonNode? Call(JsonNode asked)
    {
        Sent.Enqueue(asked["params"]!["arguments"]!.ToJsonString());
        return JsonNode.Parse("""{"content":[{"type":"text","text":"It was sent."}]}""");
    }
}
