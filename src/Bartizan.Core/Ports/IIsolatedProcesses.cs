using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Starts tool servers that a command names, each in a sandbox of its own with its own way out.</summary>
public interface IIsolatedProcesses
{
    /// <summary>
    /// Starts a server of a session. It is gone with the session at the latest. What it writes to its standard error is kept from
    /// whoever calls its tools.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="server">The server.</param>
    /// <param name="credentials">Variables that hold a credential.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">When it can't be started; nothing of it runs.</exception>
    Task<IIsolatedProcess> StartAsync(
        Session session,
        ToolServer server,
        IReadOnlyDictionary<string, string> credentials,
        CancellationToken cancellationToken
    );
}
