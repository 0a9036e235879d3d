using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>A model provider that answers what the test says and remembers what it was sent.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ScriptedUpstream(WebApplication application, Uri url)
    {
        _application = application;
        Url = url;
    }

    public Uri Url { get; }

    public ConcurrentQueue<Received> Requests { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = context => JsonAsync(context, """{"id":"a","content":[]}""");

    public static async Task<ScriptedUpstream> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        if (certificate is not null)
                        {
                            listen.UseHttps(certificate);
                        }
                    }
                );
                kestrel.Limits.MaxRequestBodySize = null;
            });
        var application = builder.Build();
        ScriptedUpstream? upstream = null;
        application.UseWebSockets();
        application.Run(context => upstream!.AnswerAsync(context));
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        upstream = new ScriptedUpstream(application, new Uri(address.Addresses.Single()));
        return upstream;
    }

    public static Task JsonAsync(HttpContext context, string json, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(json);
        return context.Response.WriteAsync(json);
    }

    public static async Task StreamAsync(HttpContext context, params string[] pieces)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
        }

        foreach (var piece in pieces)
        {
            await context.Response.WriteAsync(piece);
            await context.Response.Body.FlushAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(true));
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(
            new Received(
                context.Request.Method,
                context.Request.Protocol,
                context.Request.Path + context.Request.QueryString,
                context.Request.Headers.ToDictionary(
                    h => h.Key,
                    h => h.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                body.ToArray()
            )
        );
        await Answer(context);
    }

    internal sealed record Received(
        string Method,
        string Protocol,
        string Target,
        Dictionary<string, string> Headers,
        byte[] Body
    )
    {
        public string Text => Encoding.UTF8.GetString(Body);
    }
}
