using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// Pooled connections to upstreams, one pool for each origin and authority. No proxy, no redirect, no cookie, no retry: an
/// answer is the upstream's own.
/// </summary>
internal sealed class UpstreamConnections(TimeSpan connectWithin) : IDisposable
{
    /// <summary>Pools at most: operators name upstreams in manifests, agents can't.</summary>
    private const int MaxPools = 256;

    /// <summary>To one origin over HTTP/1.1; each open stream needs one.</summary>
    private const int MaxConnectionsPerUpstream = 8192;

    /// <summary>So that a moved name is noticed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Under the keep-alive of the common servers, so that the other side rarely closes first.</summary>
    private static readonly TimeSpan ConnectionIdle = TimeSpan.FromSeconds(50);

    private readonly ConcurrentDictionary<(string Origin, string? Authority), HttpMessageInvoker> _pools = new();
    private readonly Lock _lock = new();

    /// <summary>The pool for an upstream's address and the file of its authority, if it has one of its own.</summary>
    /// <exception cref="IOException">When its authority's file can't be read, or there are too many pools.</exception>
    public HttpMessageInvoker For(Uri url, string? certificateAuthority)
    {
        var key = (url.GetLeftPart(UriPartial.Authority), certificateAuthority);
        if (_pools.TryGetValue(key, out var pool))
        {
            return pool;
        }

        lock (_lock)
        {
            if (_pools.Count >= MaxPools)
            {
                throw new IOException("too many different upstreams are in use; restart the daemon");
            }

            return _pools.GetOrAdd(key, static (k, my) => my.Open(k.Authority), this);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Dispose();
        }
    }

    /// <summary>
    /// Connections that are made by somebody else, to one place: who dials says how long that may take, and no address is looked up.
    /// </summary>
    public static SocketsHttpHandler Over(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect
    )
    {
        var handler = Usual(Timeout.InfiniteTimeSpan);
        handler.ConnectCallback = connect;
        return handler;
    }

    private HttpMessageInvoker Open(string? authority)
    {
        var handler = Usual(connectWithin);
        if (authority is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authority) };
        }

        return new HttpMessageInvoker(handler);
    }

    private static SocketsHttpHandler Usual(TimeSpan connectWithin) =>
        new()
        {
            UseProxy = false,
            Proxy = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            MaxConnectionsPerServer = MaxConnectionsPerUpstream,
            ConnectTimeout = connectWithin,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = ConnectionIdle,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };

    private static X509ChainPolicy Trust(string authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(authority);
        }
        catch (Exception e) when (e is not IOException)
        {
            throw new IOException($"the authority's file `{authority}` can't be read", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new IOException($"the authority's file `{authority}` holds no certificate");
    }
}
