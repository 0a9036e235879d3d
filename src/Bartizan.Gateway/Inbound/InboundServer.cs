using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The Kestrel that callers connect to: HTTP/1.1, and HTTP/2 within TLS. Its own reading of HTTP is the first of our checks; every bound is
/// said here, because whoever connects may be anybody.
/// </summary>
internal sealed class InboundServer : IAsyncDisposable
{
    /// <summary>How often a WebSocket is asked whether somebody is there.</summary>
    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(30);

    private readonly WebApplication _web;

    private InboundServer(WebApplication web, IPEndPoint endpoint)
    {
        _web = web;
        EndPoint = endpoint;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<InboundServer> StartAsync(
        IPEndPoint listen,
        InboundOptions options,
        RequestDelegate answer,
        CancellationToken cancellationToken
    )
    {
        // A line that ends without a return is one line to some and half of one to others (RFC 9112, 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true)
            .ConfigureKestrel(kestrel => Bound(kestrel, listen, options));
        var web = builder.Build();
        web.UseWebSockets(new WebSocketOptions { KeepAliveInterval = PingEvery });
        web.Run(answer);
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            var address = web
                .Services.GetRequiredService<IServer>()
                .Features.GetRequiredFeature<IServerAddressesFeature>();
            var port = new Uri(address.Addresses.Single()).Port;
            return new InboundServer(web, new IPEndPoint(listen.Address, port));
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes it; what is under way is aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static void Bound(KestrelServerOptions kestrel, IPEndPoint listen, InboundOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.AllowAlternateSchemes = false;

        // Latin-1 both ways, so that each byte of a header's value passes as it came.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        limits.MaxRequestBodySize = options.Terms.Limits.BodyBytes;
        limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = options.MaxHeaders;
        limits.MaxRequestLineSize = Math.Max(options.Terms.Limits.Url + 64, 256);
        limits.RequestHeadersTimeout = options.HeadersWithin;
        limits.KeepAliveTimeout = options.IdleWithin;

        // All of a body has a time of its own; by a least rate alone it would hold its connection for hours.
        limits.MinRequestBodyDataRate = null;
        limits.Http2.MaxStreamsPerConnection = options.MaxStreams;
        limits.Http2.KeepAlivePingDelay = options.IdleWithin;
        limits.Http2.MaxRequestHeaderFieldSize = options.MaxHeaderBytes / 2;
        var addresses = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        kestrel.Listen(
            listen,
            at =>
            {
                at.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                at.Use(next => connection => AdmitAsync(connection, next, addresses, options.MaxConnectionsPerAddress));
                if (options.Certificate is { } certificate)
                {
                    Secure(at, certificate, options);
                }
            }
        );
    }

    // Before anything is read of it: a handshake of TLS costs us more than its caller.
    private static async Task AdmitAsync(
        ConnectionContext connection,
        ConnectionDelegate next,
        ConcurrentDictionary<string, int> addresses,
        int most
    )
    {
        var address = CallerAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        try
        {
            if (addresses.AddOrUpdate(address, 1, (_, before) => before + 1) <= most)
            {
                await next(connection).ConfigureAwait(false);
            }
        }
        finally
        {
            if (addresses.AddOrUpdate(address, 0, (_, before) => before - 1) == 0)
            {
                addresses.TryRemove(KeyValuePair.Create(address, 0));
            }
        }
    }

    private static void Secure(
        ListenOptions at,
        Func<SslStreamCertificateContext> certificate,
        InboundOptions options
    ) =>
        at.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = options.HandshakeWithin,
                OnConnection = context =>
                {
                    var tls = new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = certificate(),
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                        AllowRenegotiation = false,
                    };
                    if (options is { Terms.Callers.Certificates: not null, Authorities: not null })
                    {
                        ShownCertificate.AskFor(context.Connection, tls);
                    }

                    return ValueTask.FromResult(tls);
                },
            }
        );
}
