using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// Looks into TLS where a rule on <c>http</c> needs the method, the path or the content, or a credential.
/// <code>
///  agent ── CONNECT h:p, or captured :443 ── 1 the ClientHello names h, or nothing happens
///                                            2 TLS with a certificate for h, by the session's authority
///    requests, HTTP/1.1 or HTTP/2 ────────── 3 each names h, or 421; each is decided: http M https://h:p/path
///                                            4 the first granted one has h resolved, vetted and dialed; its certificate is verified
///    answers ─────────────────────────────── 5 as they come, until an end, an idle time, a revocation ── h:p
/// </code>
/// What comes in: a connection whose ClientHello named the host. What goes out: requests that were granted, on connections that serve
/// this one client connection only. It never shows a key, follows a redirect or answers for another host, and keeps cookies only where
/// the manifest says so.
/// </summary>
internal sealed class Interceptor(ICertificateMint mint) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HandedConnections _handed = new();
    private Task<KestrelServer>? _server;

    /// <summary>
    /// Serves one connection to its end, after its ClientHello named the host.
    /// </summary>
    public async Task ServeAsync(
        EgressWiring wiring,
        EgressConnection connection,
        WireReader reader,
        SessionId session,
        Destination to,
        SeenHost seen
    )
    {
        var (host, port) = (to.Host, to.Port);
        await StartedAsync(wiring).ConfigureAwait(false);
        var hello = reader.Buffered;
        await using var stream = new HelloStream(connection.Client, hello);
        await using var tls = new SslStream(stream);
        var problem = await OpenAsync(wiring, tls, session, host, connection.Ending).ConfigureAwait(false);
        if (problem is not null)
        {
            await connection.RefuseAsync(session, host, port, problem).ConfigureAwait(false);
            connection.Abort();
            return;
        }

        reader.Advance(hello.Length);
        using var upstream = new InterceptedUpstream(
            wiring,
            connection,
            host,
            port,
            seen.Terms.CertificateAuthority,
            seen.Terms.KeepsCookies
        );
        var place = new InterceptedPlace(wiring, connection, session, host, port, upstream)
        {
            Cookies = seen is { Terms.KeepsCookies: true, Session: { } live }
                ? wiring.Cookies.Of(live, host, port)
                : null,
        };
        var opened = new InterceptedConnection(tls, place);
        var read = opened.ReadAsync();
        await _handed.HandAsync(opened, connection.Ending).ConfigureAwait(false);
        await opened.Over.ConfigureAwait(false);
        await EndAsync(wiring, connection, tls).ConfigureAwait(false);

        // Its pending read ends with the socket, and must not outlive the stream.
        connection.Close();
        await read.ConfigureAwait(false);
        if (opened.Unused is { } why && !connection.Ending.IsCancellationRequested)
        {
            await connection.RefuseAsync(session, host, port, why).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<KestrelServer>? server;
        lock (_lock)
        {
            server = _server;
        }

        await _handed.DisposeAsync().ConfigureAwait(false);
        if (server is not null)
        {
            var kestrel = await server.ConfigureAwait(false);
            await kestrel.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            kestrel.Dispose();
        }
    }

    /// <summary>The handshake; what is wrong, or null.</summary>
    private async ValueTask<string?> OpenAsync(
        EgressWiring wiring,
        SslStream tls,
        SessionId session,
        HostName host,
        CancellationToken ending
    )
    {
        using var limit = new CancellationTokenSource(wiring.Options.HeadWithin, wiring.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
        SslStreamCertificateContext? certificate = null;
        try
        {
            certificate = mint.Certify(session, host);
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                ClientCertificateRequired = false,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            };
            await tls.AuthenticateAsServerAsync(options, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (AuthenticationException e)
        {
            return HandshakeEnd.Describe(e, host);
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            return "the TLS handshake took too long";
        }
        catch (IOException e)
        {
            return certificate is null ? e.Message : HandshakeEnd.Describe(e, host);
        }
    }

    private static async ValueTask EndAsync(EgressWiring wiring, EgressConnection connection, SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync().WaitAsync(wiring.Options.DrainWithin, wiring.Clock).ConfigureAwait(false);
            await connection.Client.LingerAsync(wiring.Clock, connection.Ending).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is IOException or ObjectDisposedException or InvalidOperationException or TimeoutException)
        {
            // The client is gone already.
        }
    }

    private Task<KestrelServer> StartedAsync(EgressWiring wiring)
    {
        lock (_lock)
        {
            return _server ??= StartAsync(wiring.Options);
        }
    }

    private async Task<KestrelServer> StartAsync(EgressOptions limits)
    {
        var server = new KestrelServer(Options.Create(ServerOptions(limits)), _handed, NullLoggerFactory.Instance);
        await server.StartAsync(new InterceptedApplication(), CancellationToken.None).ConfigureAwait(false);
        return server;
    }

    private static KestrelServerOptions ServerOptions(EgressOptions limits)
    {
        var server = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            ApplicationServices = NoServices.Instance,
            RequestHeaderEncodingSelector = _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };

        // What streams is bounded by budgets, not by its length; a paused session reads nothing and is held.
        server.Limits.MaxRequestBodySize = null;
        server.Limits.MinRequestBodyDataRate = null;
        server.Limits.MinResponseDataRate = null;
        server.Limits.MaxRequestLineSize = limits.MaxHeadBytes;
        server.Limits.MaxRequestHeadersTotalSize = limits.MaxHeadBytes;
        server.Limits.MaxRequestHeaderCount = limits.MaxFields;
        server.Limits.RequestHeadersTimeout = limits.HeadWithin;
        server.Limits.KeepAliveTimeout = limits.NextRequestWithin;
        server.Limits.Http2.InitialConnectionWindowSize = 128 * 1024;
        server.Limits.Http2.InitialStreamWindowSize = 64 * 1024;
        server.Limits.Http2.MaxStreamsPerConnection = limits.MaxStreams;
        server.Listen(AcceptedEndPoint.Instance, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
        return server;
    }
}
