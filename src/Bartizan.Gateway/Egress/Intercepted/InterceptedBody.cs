using System.IO.Pipelines;
using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress.Injection;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>A request's body on its way: piece by piece, as the client sends it and the other side takes it. Step 9 for each.</summary>
internal sealed class InterceptedBody(
    PipeReader source,
    long? length,
    Passage passage,
    IdleWatch idle,
    PutCredential credential
) : HttpContent
{
    private readonly StreamSearch? _along = credential.Along();

    /// <summary>The credential that its head carries; what comes after it was taken back isn't sent.</summary>
    public CarriedCredential? Carried { get; set; }

    /// <summary>Why nothing more of it was sent; null while nothing is wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>What was sent of it.</summary>
    public long Sent { get; private set; }

    /// <summary>True when the monitor cut it.</summary>
    public bool WasCut { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var read = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            idle.Touch();
            foreach (var piece in read.Buffer)
            {
                await PassAsync(piece, stream, isLast: false, cancellationToken).ConfigureAwait(false);
            }

            source.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                await PassAsync(default, stream, isLast: true, cancellationToken).ConfigureAwait(false);
                return;
            }

            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask PassAsync(
        ReadOnlyMemory<byte> piece,
        Stream stream,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        if (Carried?.Holds() == false)
        {
            Stop("its credential was taken back while it was sent");
        }

        var ready = _along is null ? piece : _along.Take(piece.Span, isLast);
        if (_along is { Found: > 0 })
        {
            await credential.FoundAsync().ConfigureAwait(false);
            Stop(PlaceholderCheck.Elsewhere);
        }

        if (ready.IsEmpty)
        {
            return;
        }

        var inspection = await passage.InspectAsync(ready, Heading.Out, cancellationToken).ConfigureAwait(false);
        if (inspection.Verdict != InspectionVerdict.Forward)
        {
            Stop(passage.CutBecause);
        }

        await stream.WriteAsync(inspection.Bytes, cancellationToken).ConfigureAwait(false);
        Sent += ready.Length;
    }

    private void Stop(string why)
    {
        (WasCut, Problem) = (true, why);
        throw new IOException(why);
    }

    protected override bool TryComputeLength(out long known)
    {
        known = length ?? 0;
        return length is not null;
    }
}
