using Bartizan.Control.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control.Web;

/// <summary>
/// Where people reach the instance from a browser or a program elsewhere: TLS on one address, and a Unix socket for the console's own
/// process, with the same API behind the same gate (<see cref="WebGate"/>). Nothing listens unless <c>console.yaml</c> says so, and
/// nothing is served in the clear.
/// INVARIANT: no endpoint runs without a permission that it declares, on either.
/// </summary>
public sealed class WebServer : IAsyncDisposable
{
    /// <summary>The largest request body: a draft of a tool call's arguments.</summary>
    public const long MaxBodyBytes = 512 << 10;

    /// <summary>All headers of one request; cookies of other hosts of the same site are among them.</summary>
    public const int MaxHeaderBytes = 16 << 10;

    /// <summary>Headers of one request.</summary>
    public const int MaxHeaders = 64;

    /// <summary>Connections at once; of more the newest is closed.</summary>
    public const int MaxConnections = 512;

    /// <summary>Requests at once on one connection of HTTP/2: a few windows, each with what is new.</summary>
    public const int MaxStreams = 16;

    // What is held of bodies that nobody reads yet: by Kestrel's own a megabyte of each connection.
    private const int HeldOfStream = 64 << 10;
    private const int HeldOfConnection = 128 << 10;

    private static readonly TimeSpan s_headersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idleWithin = TimeSpan.FromMinutes(1);

    // All of the largest body within half a minute: by Kestrel's own least it would hold a connection for that many.
    private static readonly MinDataRate s_leastRate = new(16 << 10, TimeSpan.FromSeconds(5));

    private readonly WebApplication _web;
    private readonly string _socket;

    private WebServer(WebApplication web, string socket)
    {
        _web = web;
        _socket = socket;
    }

    /// <summary>What is mapped: each endpoint's methods, its path and what it declares, <see cref="Act.Unknown"/> for nothing.</summary>
    public IReadOnlyList<(string Method, string Path, Act Act)> Endpoints =>
        [
            .. ((IEndpointRouteBuilder)_web)
                .DataSources.SelectMany(source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Select(one =>
                    (
                        string.Join(',', one.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []),
                        one.RoutePattern.RawText ?? "",
                        one.Metadata.GetMetadata<Declared>()?.Act ?? Act.Unknown
                    )
                ),
        ];

    /// <summary>Starts listening.</summary>
    /// <param name="options">Where, and as what.</param>
    /// <param name="house">What it stands on.</param>
    /// <param name="pages">The console's pages; null for the API alone.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<WebServer> StartAsync(
        WebOptions options,
        WebHouse house,
        WebPages? pages,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(house);
        File.Delete(options.Socket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        pages?.Services(builder.Services);
        var shares = new ConnectionShares();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
                kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
                kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.RequestHeadersTimeout = s_headersWithin;
                kestrel.Limits.MinRequestBodyDataRate = s_leastRate;
                kestrel.Limits.KeepAliveTimeout = s_idleWithin;
                kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
                kestrel.Limits.Http2.InitialStreamWindowSize = HeldOfStream;
                kestrel.Limits.Http2.InitialConnectionWindowSize = HeldOfConnection;
                kestrel.Listen(
                    options.Listen,
                    at =>
                    {
                        at.Use(next => connection => shares.AdmitAsync(connection, next));
                        ServedTls.Serve(at, options.Certificate, s_headersWithin);
                    }
                );
                kestrel.ListenUnixSocket(options.Socket);
            });
        var web = builder.Build();
        var gate = new WebGate(house, options);
        web.Use((HttpContext context, RequestDelegate next) => gate.EnterAsync(context, next));
        web.UseRouting();
        web.Use((HttpContext context, RequestDelegate next) => gate.AdmitAsync(context, next));
        var endpoints = new WebEndpoints(web, gate, house);
        WebApi.Map(endpoints, house, options);
        OpenIdEndpoints.Map(endpoints, house, hasPages: pages is not null);
        pages?.Map(web.MapGroup("").WithMetadata(new Declared(Act.SeePage)));
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            File.SetUnixFileMode(options.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new WebServer(web, options.Socket);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(grace.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        File.Delete(_socket);
    }
}
