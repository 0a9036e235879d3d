using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Makes a role of its own for each session in each of its databases, and takes it away with the session.</summary>
public interface IDatabaseRoles
{
    /// <summary>Lends a session its role in the database that its manifest calls <paramref name="database"/>; made when it isn't there.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had; the message never holds a secret.</exception>
    ValueTask<IDatabaseRole> LendAsync(SessionId session, string database, CancellationToken cancellationToken);
}
