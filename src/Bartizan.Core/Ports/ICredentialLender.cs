using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Lends credentials to sessions.</summary>
public interface ICredentialLender
{
    /// <summary>Lends the credential that the session's manifest calls <paramref name="name"/>.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had; the message never holds the secret.</exception>
    ValueTask<ILease> LendAsync(SessionId session, string name, CancellationToken cancellationToken);
}
