using System.Net;
using System.Net.Security;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// Connections to the host of one client connection, for its requests only. No proxy, no redirect, no cookie, no decompression; each
/// connection is dialed to a vetted address, and nothing is sent on it before the host's certificate was verified.
/// </summary>
internal sealed class InterceptedUpstream(
    EgressWiring wiring,
    EgressConnection connection,
    HostName host,
    int port,
    string? authority,
    bool alone
) : IDisposable
{
    /// <summary>For the requests of one client connection: a client of HTTP/2 and a server of HTTP/1.1 need one each.</summary>
    private const int MaxConnections = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<(bool PrivateAddresses, string? Credential), HttpMessageInvoker> _kept = [];

    /// <summary>
    /// Sends, and has the answer's head. INVARIANT: a request that may not reach private addresses never rides on a connection that was
    /// opened for one that may; and one with a credential on none that was used without it, or with another: where a host takes the end of
    /// one request for the beginning of the next, that would be somebody else's. One to a host whose cookies are kept has a connection
    /// alone: any may carry them.
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message,
        bool privateAddresses,
        string? credential,
        CancellationToken cancellationToken
    )
    {
        HttpMessageInvoker invoker;
        lock (_lock)
        {
            if (!_kept.TryGetValue((privateAddresses, credential), out invoker!))
            {
                _kept[(privateAddresses, credential)] = invoker = Open(privateAddresses);
            }
        }

        return invoker.SendAsync(message, cancellationToken);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var kept in _kept.Values)
            {
                kept.Dispose();
            }
        }
    }

    private HttpMessageInvoker Open(bool privateAddresses)
    {
        var options = wiring.Options;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            Proxy = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = false,
            MaxConnectionsPerServer = MaxConnections,
            MaxResponseHeadersLength = options.MaxHeadBytes / 1024,
            ConnectTimeout =
                options.ResolveWithin + (options.MaxAddressesTried * options.DialWithin) + options.HeadWithin,
            PooledConnectionIdleTimeout = options.NextRequestWithin,
            PooledConnectionLifetime = alone ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = (_, cancellationToken) => DialAsync(privateAddresses, cancellationToken),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = UpstreamCertificate.Policy(authority),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    UpstreamCertificate.Verify(host, certificate, chain, errors),
            },
        };
        return new HttpMessageInvoker(handler);
    }

    private async ValueTask<Stream> DialAsync(bool privateAddresses, CancellationToken cancellationToken)
    {
        var dialed = await wiring
            .Upstream.DialAsync(host, port, privateAddresses, cancellationToken)
            .ConfigureAwait(false);
        if (dialed.Socket is not { } socket)
        {
            throw new NotDialedException(dialed);
        }

        socket.NoDelay = true;
        return connection.TryKeep(socket)
            ? new KeptStream(connection, socket)
            : throw new OperationCanceledException("the connection was cut");
    }
}
