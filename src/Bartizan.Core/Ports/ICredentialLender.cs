using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Lends credentials to sessions.</summary>
public interface ICredentialLender
{
    /// <summary>Lends the credential that the session's manifest calls <paramref name="name"/>.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had; the message never holds the secret.</exception>
    ValueTask<ILease> LendAsync(SessionId session, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Shows every value that is known of a credential to code that compares content with it: to find it where it mustn't be. That is
    /// no use of it, and leaves no entry.
    /// </summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had.</exception>
    async ValueTask CompareAsync(
        SessionId session,
        string name,
        Action<ReadOnlyMemory<char>> look,
        CancellationToken cancellationToken
    )
    {
        using var lease = await LendAsync(session, name, cancellationToken).ConfigureAwait(false);
        lease.Apply(look);
    }
}
