using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Cli.Demo;

/// <summary>
/// The stranger's side, on loopback: a web server that counts what reaches it and the resolver that is asked for names. What
/// it has not counted did not leave.
/// </summary>
internal sealed class Canary : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentQueue<string> _names = new();
    private int _requests;

    private Canary(WebApplication web) => _web = web;

    /// <summary>Its port.</summary>
    public int Port =>
        new Uri(
            _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        ).Port;

    /// <summary>Requests that reached it.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Names that were resolved.</summary>
    public ImmutableArray<string> Names => [.. _names];

    /// <summary>Starts it.</summary>
    public static async Task<Canary> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var canary = new Canary(web);
        web.Run(async context =>
        {
            Interlocked.Increment(ref canary._requests);
            await context.Response.WriteAsync("thank you");
        });
        await web.StartAsync(cancellationToken);
        return canary;
    }

    /// <summary>The resolver that the demo's instance asks.</summary>
    public ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        _names.Enqueue(host.Text);
        return ValueTask.FromResult<ImmutableArray<IPAddress>>([IPAddress.Loopback]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
