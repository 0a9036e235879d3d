using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Control;

namespace Bartizan.Daemon;

/// <summary>What people read of the instance.</summary>
internal sealed partial class Instance
{
    /// <inheritdoc/>
    public Task<LogReply> LogAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken) =>
        rooms.Reading.Records.LogAsync(request, onlooker, cancellationToken);

    /// <inheritdoc/>
    public Task<LogReply> TimelineAsync(
        string session,
        LogRequest request,
        Onlooker onlooker,
        CancellationToken cancellationToken
    ) => rooms.Reading.Records.TimelineAsync(session, request, onlooker, cancellationToken);

    /// <inheritdoc/>
    public Task<LogReply> FindingsAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken) =>
        rooms.Reading.Records.FindingsAsync(request, onlooker, cancellationToken);

    /// <inheritdoc/>
    public Task<ProofReply> ProofAsync(long index, Onlooker onlooker, CancellationToken cancellationToken) =>
        rooms.Reading.Records.ProofAsync(index, onlooker, cancellationToken);

    /// <inheritdoc/>
    public Task<CountsReply> CountsAsync(int hours, Onlooker onlooker, CancellationToken cancellationToken) =>
        rooms.Reading.Records.CountsAsync(hours, onlooker, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LiveChange?> ChangesAsync(Onlooker onlooker, CancellationToken cancellationToken) =>
        rooms.Reading.Changes.ChangesAsync(onlooker, cancellationToken);
}
