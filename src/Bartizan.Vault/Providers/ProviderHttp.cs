using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Vault.Providers;

/// <summary>
/// The wire to one provider. No proxy, no cookies and no redirects: a token is shown to the host that the manifest names and to no other.
/// Each request has a connection of its own, so that none is sent twice because a kept one was closed meanwhile.
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    /// <summary>Of an answer; credentials are small.</summary>
    public const int MaxReplyBytes = 1 << 20;

    /// <summary>One request with its answer. Databases take seconds to make an account.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_connectWithin = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _base;
    private readonly TimeProvider _clock;

    /// <summary>Opens it; nothing is connected yet.</summary>
    /// <exception cref="ProviderException">The authority's file can't be read.</exception>
    public ProviderHttp(Uri address, string? authority, TimeProvider clock)
    {
        (_base, _clock) = (address, clock);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_connectWithin,
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        if (authority is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authority) };
        }

        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Host and port, for messages.</summary>
    public string Authority => _base.Authority;

    /// <summary>Sends a request; <paramref name="body"/> is wiped.</summary>
    /// <exception cref="ProviderException">It can't be reached, or the answer was lost.</exception>
    public Task<ProviderReply> SendAsync(
        HttpMethod method,
        string path,
        byte[]? body,
        string bodyType,
        Action<HttpRequestHeaders> fields,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            method,
            new Uri($"{_base.AbsoluteUri.TrimEnd('/')}/{path}", new UriCreationOptions()),
            body,
            bodyType,
            fields,
            cancellationToken
        );

    /// <summary>Sends a request to an address that the caller has checked; <paramref name="body"/> is wiped.</summary>
    /// <exception cref="ProviderException">It can't be reached, or the answer was lost.</exception>
    public async Task<ProviderReply> SendAsync(
        HttpMethod method,
        Uri address,
        byte[]? body,
        string bodyType,
        Action<HttpRequestHeaders> fields,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("bartizan", "1"));
        fields(request.Headers);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(bodyType);
        }

        using var limit = new CancellationTokenSource(Within, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            var bytes = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new ProviderReply(
                (int)response.StatusCode,
                bytes,
                RetryAfter(response.Headers.RetryAfter),
                response.Headers.Location
            )
            {
                MediaType = response.Content.Headers.ContentType?.MediaType ?? "",
            };
        }
        catch (HttpRequestException e)
            when (e.HttpRequestError
                    is HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
            )
        {
            throw new ProviderException(
                ProviderFault.Busy,
                e.HttpRequestError == HttpRequestError.SecureConnectionError
                    ? $"`{Authority}` isn't who it should be: its certificate isn't trusted"
                    : $"`{Authority}` can't be reached"
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new ProviderException(ProviderFault.Lost, $"the answer of `{Authority}` was lost");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static X509ChainPolicy Trust(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ProviderException(ProviderFault.Busy, $"the authority's file `{file}` can't be read");
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new ProviderException(ProviderFault.Busy, $"the authority's file `{file}` holds no certificate");
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var (bytes, length) = (new byte[16 * 1024], 0);
            int read;
            while ((read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length == bytes.Length)
                {
                    var more = new byte[length < MaxReplyBytes ? length * 2 : throw new IOException("too long")];
                    bytes.CopyTo(more, 0);
                    CryptographicOperations.ZeroMemory(bytes);
                    bytes = more;
                }
            }

            var whole = bytes[..length];
            CryptographicOperations.ZeroMemory(bytes);
            return whole;
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? said) =>
        said switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > _clock.GetUtcNow() => date - _clock.GetUtcNow(),
            _ => null,
        };
}
