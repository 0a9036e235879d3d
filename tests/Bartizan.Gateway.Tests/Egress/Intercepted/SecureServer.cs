using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>A real https server outside, HTTP/1.1 and HTTP/2, that keeps what it was asked.</summary>
internal sealed class SecureServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private SecureServer(WebApplication server) => _server = server;

    /// <summary>Method, target and protocol of each request, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The fields of the last request.</summary>
    public IHeaderDictionary Fields { get; private set; } = new HeaderDictionary();

    public IPEndPoint Address
    {
        get
        {
            var addresses = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            return IPEndPoint.Parse(new Uri(addresses.Addresses.Single()).Authority);
        }
    }

    /// <summary>Starts one; it answers <c>hello</c> unless told otherwise.</summary>
    public static async Task<SecureServer> StartAsync(
        X509Certificate2 certificate,
        Func<HttpContext, Task>? answer = null,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.Protocols = protocols;
                    listen.UseHttps(certificate);
                }
            );
        });
        var app = builder.Build();
        var server = new SecureServer(app);
        app.UseWebSockets();
        app.Run(async context =>
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            server.Asked.Enqueue($"{context.Request.Method} {target} {context.Request.Protocol}");
            server.Fields = new HeaderDictionary(context.Request.Headers.ToDictionary());
            await (answer ?? (static c => c.Response.WriteAsync("hello")))(context);
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
