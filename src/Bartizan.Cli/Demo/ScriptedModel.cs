using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Cli.Demo;

/// <summary>
/// A model that is fooled, on loopback, in the real wire format (Anthropic Messages): its first answer reads the task, and
/// once it has read the poisoned document it does whatever that says, one act after another. It answers only to the
/// provider's key, so an answer proves that the key was injected on the way.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly string _key;
    private readonly ImmutableArray<DemoAct> _acts;
    private readonly ConcurrentQueue<string> _bodies = new();
    private int _answered;

    private ScriptedModel(WebApplication web, string key, ImmutableArray<DemoAct> acts)
    {
        _web = web;
        _key = key;
        _acts = acts;
    }

    /// <summary>Where it listens.</summary>
    public string Url =>
        _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Requests that carried the provider's key.</summary>
    public int Answered => _answered;

    /// <summary>True when any request body held <paramref name="text"/>.</summary>
    public bool Saw(string text) => _bodies.Any(b => b.Contains(text, StringComparison.Ordinal));

    /// <summary>Starts the model; it drives an agent through <paramref name="acts"/>.</summary>
    public static async Task<ScriptedModel> StartAsync(
        string key,
        ImmutableArray<DemoAct> acts,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var model = new ScriptedModel(web, key, acts);
        web.UseRouting();
        web.MapPost("/v1/messages", model.AnswerAsync);
        await web.StartAsync(cancellationToken);
        return model;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers["x-api-key"] != _key)
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync(
                """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"""
            );
            return;
        }

        Interlocked.Increment(ref _answered);
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        _bodies.Enqueue(text);
        var results =
            JsonNode.Parse(text)!["messages"]!.AsArray().Count(m => m!["role"]!.GetValue<string>() == "user") - 1;
        var content = new JsonArray();
        if (results < _acts.Length)
        {
            var act = _acts[results];
            content.Add(new JsonObject { ["type"] = "text", ["text"] = act.Says });
            content.Add(
                new JsonObject
                {
                    ["type"] = "tool_use",
                    ["id"] = $"toolu_{results}",
                    ["name"] = act.Tool,
                    ["input"] = new JsonObject([
                        .. act.Input.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)),
                    ]),
                }
            );
        }
        else
        {
            content.Add(new JsonObject { ["type"] = "text", ["text"] = "Done. The report is in summary.txt." });
        }

        var answer = new JsonObject
        {
            ["id"] = $"msg_{results}",
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = "demo-model",
            ["content"] = content,
            ["stop_reason"] = results < _acts.Length ? "tool_use" : "end_turn",
            ["stop_sequence"] = null,
            ["usage"] = new JsonObject { ["input_tokens"] = text.Length / 4, ["output_tokens"] = 40 },
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}
