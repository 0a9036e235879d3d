using System.IO.Pipelines;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>A request's body on its way: piece by piece, as the client sends it and the other side takes it. Step 9 for each.</summary>
internal sealed class InterceptedBody(PipeReader source, long? length, Passage passage, IdleWatch idle) : HttpContent
{
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
                var inspection = await passage.InspectAsync(piece, cancellationToken).ConfigureAwait(false);
                if (inspection.Verdict != InspectionVerdict.Forward)
                {
                    WasCut = true;
                    throw new IOException("cut by the monitor");
                }

                await stream.WriteAsync(inspection.Bytes, cancellationToken).ConfigureAwait(false);
                Sent += piece.Length;
            }

            source.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }

            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long known)
    {
        known = length ?? 0;
        return length is not null;
    }
}
