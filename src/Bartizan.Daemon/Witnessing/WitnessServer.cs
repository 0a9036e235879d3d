using System.Net;
using Bartizan.Log.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Daemon.Witnessing;

/// <summary>
/// A <see cref="Witness"/> on HTTP (C2SP tlog-witness): <c>POST /add-checkpoint</c>, keep-alive, nothing else. Who may ask is decided by
/// the checkpoint's signature alone, as the specification has it; a request without one costs a parse.
/// </summary>
public sealed class WitnessServer : IAsyncDisposable
{
    /// <summary>Connections at once: a log needs one, a witness of many logs some hundreds.</summary>
    private const int MaxConnections = 1024;

    /// <summary>The largest of a request's headers together.</summary>
    private const int MaxHeaderBytes = 8 * 1024;

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);

    private readonly WebApplication _web;

    private WitnessServer(WebApplication web, Uri address)
    {
        _web = web;
        Address = address;
    }

    /// <summary>Where it listens: the submission prefix.</summary>
    public Uri Address { get; }

    /// <summary>Starts listening.</summary>
    public static async Task<WitnessServer> StartAsync(
        Witness witness,
        IPEndPoint listen,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(witness);
        ArgumentNullException.ThrowIfNull(listen);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = AddCheckpoint.MaxBytes;
                kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
            });
        var web = builder.Build();
        web.UseRouting();
        web.MapPost("/add-checkpoint", context => AnswerAsync(context, witness));
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var bound = web
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new WitnessServer(web, new Uri(bound));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(StopWithin);
        await _web.StopAsync(grace.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, Witness witness)
    {
        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
            return;
        }

        var answer = witness.AddCheckpoint(body.GetBuffer().AsSpan(0, (int)body.Length));
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
