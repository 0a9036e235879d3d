using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// A client's TLS connection, opened, as Kestrel takes it. It is read ahead, within a bound, so that a client that hangs up is noticed
/// while its answer is awaited.
/// </summary>
internal sealed class InterceptedConnection
    : DefaultConnectionContext,
        IDuplexPipe,
        ITlsConnectionFeature,
        ITlsApplicationProtocolFeature
{
    /// <summary>What is read of a client before anybody asks for it.</summary>
    private const int ReadAheadBytes = 256 * 1024;

    /// <summary>One TLS record holds this much.</summary>
    private const int RecordBytes = 16 * 1024;

    private readonly SslStream _tls;
    private readonly InterceptedPlace _place;
    private readonly Pipe _input = new(
        new PipeOptions(
            pauseWriterThreshold: ReadAheadBytes,
            resumeWriterThreshold: ReadAheadBytes / 2,
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            minimumSegmentSize: RecordBytes,
            useSynchronizationContext: false
        )
    );
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public InterceptedConnection(SslStream tls, InterceptedPlace place)
    {
        (_tls, _place) = (tls, place);
        ConnectionId = Guid.NewGuid().ToString("N");
        ConnectionClosed = _closed.Token;
        Output = PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: RecordBytes, leaveOpen: true));
        Transport = this;
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<ITlsApplicationProtocolFeature>(this);
        Features.Set(place);
    }

    public PipeReader Input => _input.Reader;

    public PipeWriter Output { get; }

    /// <summary>Ends when Kestrel is through with it.</summary>
    public Task Over => _over.Task;

    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol => _tls.NegotiatedApplicationProtocol.Protocol;

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult<X509Certificate2?>(null);

    /// <summary>Why it ended before the client had asked for anything; null when it had.</summary>
    public string? Unused { get; private set; }

    /// <summary>Reads the client to its end.</summary>
    public async Task ReadAsync()
    {
        Exception? broke = null;
        var asked = false;
        try
        {
            while (true)
            {
                var read = await _tls.ReadAsync(_input.Writer.GetMemory(RecordBytes)).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                asked = true;
                _input.Writer.Advance(read);
                if ((await _input.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e)
        {
            broke = new ConnectionResetException("the client broke off", e);
        }

        // In TLS 1.3 a client looks at the certificate when our side of the handshake is over.
        Unused = asked ? null : HandshakeEnd.Describe(broke, _place.Host);

        await _input.Writer.CompleteAsync(broke).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
    }

    public override void Abort(ConnectionAbortedException abortReason) => _place.Connection.Abort();

    public override ValueTask DisposeAsync()
    {
        _input.Reader.Complete();
        _over.TrySetResult();
        return base.DisposeAsync();
    }
}
