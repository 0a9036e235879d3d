using Bartizan.Client;
using Bartizan.Client.Events;
using Bartizan.Client.Records;

namespace Bartizan.Control;

/// <summary>
/// What people may read of an instance beside its status: its log, its sessions' entries, what is new. Each reply holds only what the
/// onlooker may see. Every refusal is a <see cref="ControlException"/>.
/// </summary>
public interface IRecordDesk
{
    /// <summary>A page of the log.</summary>
    Task<LogReply> LogAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken);

    /// <summary>A page of one session's entries.</summary>
    Task<LogReply> TimelineAsync(
        string session,
        LogRequest request,
        Onlooker onlooker,
        CancellationToken cancellationToken
    );

    /// <summary>A page of what guards and detectors reported.</summary>
    Task<LogReply> FindingsAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken);

    /// <summary>One entry, and the proof that it is in the log.</summary>
    Task<ProofReply> ProofAsync(long index, Onlooker onlooker, CancellationToken cancellationToken);

    /// <summary>What happened over the last so many hours.</summary>
    Task<CountsReply> CountsAsync(int hours, Onlooker onlooker, CancellationToken cancellationToken);

    /// <summary>
    /// What is new, as it happens; null in between, so that whoever listens knows that the instance is there. What isn't taken in time is
    /// told with what comes after: nothing waits in line for whoever is slow.
    /// </summary>
    IAsyncEnumerable<LiveChange?> ChangesAsync(Onlooker onlooker, CancellationToken cancellationToken);
}
