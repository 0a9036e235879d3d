using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Vault.Tests.Providers.Clouds;

/// <summary>
/// A real server on loopback that a test's cloud answers by; what goes wrong on the way is done here: answers that are lost after the deed,
/// and others in the place of the cloud's own.
/// </summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Func<OwnAsk, OwnAnswer> _answer;
    private readonly Lock _lock = new();

    private OwnServer(WebApplication application, Func<OwnAsk, OwnAnswer> answer) =>
        (_application, _answer) = (application, answer);

    public Uri Url =>
        new(
            _application
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Single()
        );

    /// <summary>The method and path of each request, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Each request.</summary>
    public ConcurrentQueue<OwnAsk> All { get; } = new();

    /// <summary>What is answered instead, so many times.</summary>
    public ConcurrentQueue<OwnAnswer> Instead { get; } = new();

    /// <summary>So many answers are lost, after it was done.</summary>
    public int Lost { get; set; }

    public static async Task<OwnServer> StartAsync(Func<OwnAsk, OwnAnswer> answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
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
                )
            );
        var application = builder.Build();
        var server = new OwnServer(application, answer);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var ask = new OwnAsk(
            context.Request.Method,
            target[0],
            target.Length > 1 ? target[1] : "",
            context.Request.Host.Value ?? "",
            new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)),
            body.ToArray()
        );
        Asked.Enqueue($"{ask.Method} {ask.Path}");
        All.Enqueue(ask);
        OwnAnswer answer;
        lock (_lock)
        {
            answer = Instead.TryDequeue(out var other) ? other : _answer(ask);
            if (answer.Status < 300 && Lost > 0)
            {
                Lost--;
                context.Abort();
                return;
            }
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.Type;
        foreach (var (name, value) in answer.Fields)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(answer.Body);
    }
}
