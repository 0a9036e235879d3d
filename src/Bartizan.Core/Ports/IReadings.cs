using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Opens the sessions that readers read in.</summary>
public interface IReadings
{
    /// <summary>
    /// Opens one for a session: with its manifest, its policy, its budget and its credentials, and an id of its own that no agent
    /// learns. There is no token for it. It is paused and ended with the session that it reads for.
    /// </summary>
    /// <exception cref="IOException">When it can't be opened; nothing was read.</exception>
    Task<IReading> OpenAsync(Session parent, ReaderTerms reader, CancellationToken cancellationToken);
}
