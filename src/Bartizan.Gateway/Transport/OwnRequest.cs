using System.Security.Cryptography;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// The feature of a request that a gateway makes of itself, for a session that has no token. INVARIANT: no connection has it: only
/// <see cref="SendAsync"/> makes one, and what it makes goes the whole way of any client's request.
/// </summary>
internal sealed record OwnRequest(Session Session)
{
    /// <summary>Stands where a client's token would: nobody else knows it, and it opens nothing.</summary>
    public string Key { get; } = RandomNumberGenerator.GetHexString(32);

    /// <summary>Sends one, and has its whole answer.</summary>
    /// <exception cref="OperationCanceledException">When it is given up.</exception>
    public static async Task<OwnAnswer> SendAsync(
        IHttpApplication<HttpContext> application,
        Session session,
        string method,
        string path,
        IEnumerable<KeyValuePair<string, string>> headers,
        ReadOnlyMemory<byte> body,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        var request = new HttpRequestFeature
        {
            Method = method,
            Path = path,
            RawTarget = path,
            Scheme = Uri.UriSchemeHttp,
            Protocol = HttpProtocol.Http11,
            Body = new MemoryStream(body.ToArray(), writable: false),
        };
        request.Headers.Host = "localhost";
        request.Headers.ContentLength = body.Length;
        request.Headers.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        using var kept = new KeptBody(maxBytes);
        var answer = new StreamResponseBodyFeature(kept);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(answer);
        features.Set<IHttpRequestLifetimeFeature>(new Lifetime(aborted));
        features.Set(new OwnRequest(session));
        var context = application.CreateContext(features);
        try
        {
            await application.ProcessRequestAsync(context).ConfigureAwait(false);
            await answer.CompleteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // More than is taken.
            await aborted.CancelAsync().ConfigureAwait(false);
        }

        application.DisposeContext(context, null);
        cancellationToken.ThrowIfCancellationRequested();
        return aborted.IsCancellationRequested
            ? OwnAnswer.None
            : new OwnAnswer(context.Response.StatusCode, context.Response.Headers, kept.ToArray());
    }

    private sealed class Lifetime(CancellationTokenSource aborted) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = aborted.Token;

        public void Abort() => aborted.Cancel();
    }

    private sealed class KeptBody(int maxBytes) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Hold(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Hold(count);
            base.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        private void Hold(int more)
        {
            if (Length + more > maxBytes)
            {
                throw new IOException("the answer is longer than what is taken");
            }
        }
    }
}
