using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>
/// One server that a sink posts to. No proxy, no cookie, and no redirect: a token is shown to the host that the file names and to
/// nobody else.
/// </summary>
internal sealed class HttpEndpoint : IDisposable
{
    /// <summary>Of an answer; the longest that is read is the bulk interface's, one line for each entry of a batch.</summary>
    public const int MaxReplyBytes = 8 << 20;

    /// <summary>One request, with its answer. A batch is a few MiB, and a server that is alive answers in seconds.</summary>
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_connectWithin = TimeSpan.FromSeconds(10);

    // So that a moved name is noticed.
    private static readonly TimeSpan s_connectionLifetime = TimeSpan.FromMinutes(10);

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _base;
    private readonly Func<SinkToken> _token;
    private readonly TimeProvider _clock;

    public HttpEndpoint(SinkSettings settings, Func<SinkToken> token, TimeProvider clock)
    {
        _base = settings.Url ?? throw new ArgumentException("a sink of this kind has an address", nameof(settings));
        _token = token;
        _clock = clock;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_connectWithin,
            PooledConnectionLifetime = s_connectionLifetime,
        };
        if (settings.CertificateAuthority is { } authority)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = SinkAuthority.Trust(authority),
            };
        }

        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Posts a body; <paramref name="show"/> puts the token where this server looks for it.</summary>
    public async Task<HttpReply> PostAsync(
        string path,
        HttpContent content,
        Action<HttpRequestHeaders, SinkToken> show,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address(path));
        request.Content = content;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("bartizan-export", "1"));
        show(request.Headers, _token());
        using var limit = new CancellationTokenSource(s_answerWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new HttpReply((int)response.StatusCode, body, RetryAfter(response));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"`{_base.Authority}` did not answer in time", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"`{_base.Authority}` can't be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>What an answer means where it says nothing of single entries.</summary>
    public SinkAnswer Answer(HttpReply reply) =>
        reply.Status switch
        {
            >= 200 and < 300 => SinkAnswer.Taken,
            400 or 413 or 422 => SinkAnswer.Refused(Problem(reply)),
            _ => SinkAnswer.Later(Problem(reply), reply.RetryAfter),
        };

    /// <summary>The status and the server's own words, without the token that some servers repeat.</summary>
    public string Problem(HttpReply reply)
    {
        // More is read than shown: a token that is cut in the middle would not be found.
        const int Shown = 200;
        const int Read = 16 * 1024;
        var words = System.Text.Encoding.UTF8.GetString(reply.Body.Span[..Math.Min(reply.Body.Length, Read)]);
        words = CutText.To(_token().Scrub(words), Shown);
        return $"`{_base.Authority}` answered {reply.Status}: {words}".TrimEnd(':', ' ');
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private Uri Address(string path)
    {
        var text = _base.AbsoluteUri;
        return path.Length == 0 ? _base
            : text.TrimEnd('/').EndsWith(path.Split('?')[0], StringComparison.Ordinal) ? new Uri(text)
            : new Uri(text.TrimEnd('/') + path);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var chunk = new byte[16 * 1024];
            int read;
            while (
                body.Length < MaxReplyBytes
                && (read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0
            )
            {
                body.Write(chunk, 0, read);
            }

            return body.ToArray();
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > _clock.GetUtcNow() => date - _clock.GetUtcNow(),
            _ => null,
        };
}
