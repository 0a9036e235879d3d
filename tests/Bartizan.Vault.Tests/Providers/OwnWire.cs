using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Hashi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Vault.Tests.Providers;

/// <summary>The wire of a test's own server, and its faults: what it answers is another's.</summary>
internal sealed class OwnWire : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Lock _lock = new();

    private OwnWire(WebApplication application, Uri url) => (_application, Url) = (application, url);

    public Uri Url { get; }

    public string Origin => Url.AbsoluteUri.TrimEnd('/');

    /// <summary>Answers 429 so many times.</summary>
    public int Quota { get; set; }

    public string RetryAfter { get; set; } = "1";

    /// <summary>Answers 503.</summary>
    public bool IsAway { get; set; }

    /// <summary>Sends everybody there.</summary>
    public Uri? Elsewhere { get; set; }

    /// <summary>Loses so many answers to requests for that path, after they were done.</summary>
    public (string Path, int Times) Lost { get; set; }

    /// <summary>Answers with this in place of what it would, after the deed, from that path.</summary>
    public (string Path, string Type, string Body)? Instead { get; set; }

    /// <summary>What a request for a path waits for before it is done.</summary>
    public Func<string, Task>? Before { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public static async Task<OwnWire> StartAsync(Func<HttpContext, string, OwnReply> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        OwnWire? server = null;
        application.Run(context => server!.AnswerAsync(context, answer));
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return server = new OwnWire(application, new Uri(address.Addresses.Single()));
    }

    public static string Drawn() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, string, OwnReply> answer)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = context.Request.Path.Value!;
        await (Before?.Invoke(path) ?? Task.CompletedTask);
        OwnReply reply;
        lock (_lock)
        {
            Asked.Enqueue($"{context.Request.Method} {path}");
            reply = Unready(path) ?? answer(context, body);
            if (reply.Status < 300 && Lost.Times > 0 && path == Lost.Path)
            {
                Lost = (Lost.Path, Lost.Times - 1);
                context.Abort();
                return;
            }
        }

        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Fields)
        {
            context.Response.Headers[name] = value;
        }

        if (Instead is { } other && other.Path == path)
        {
            context.Response.ContentType = other.Type;
            await context.Response.WriteAsync(other.Body);
        }
        else if (reply.Body is { } json)
        {
            context.Response.ContentType = "application/json;charset=UTF-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(json.ToJsonString());
        }
    }

    private OwnReply? Unready(string path)
    {
        if (IsAway)
        {
            return new OwnReply(503);
        }

        if (Elsewhere is { } elsewhere)
        {
            return new OwnReply(307) { Fields = { ["Location"] = $"{elsewhere}{path[1..]}" } };
        }

        if (Quota == 0)
        {
            return null;
        }

        Quota--;
        return new OwnReply(429, new JsonObject { ["error"] = "too_many_requests" })
        {
            Fields = { ["Retry-After"] = RetryAfter },
        };
    }
}
