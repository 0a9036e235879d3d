using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>
/// Takes what an agent says of itself: OTLP logs that its client emits. A claim is recorded as one and never as evidence; no
/// decision reads it.
/// </summary>
public interface IClaims
{
    /// <summary>
    /// Records the claims of a request, up to a rate; returns how many were left out, or null when the request can't be read.
    /// </summary>
    ValueTask<int?> TakeAsync(
        Session session,
        ReadOnlyMemory<byte> body,
        bool isJson,
        CancellationToken cancellationToken
    );
}
