using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Lends credentials to sessions.</summary>
public interface ICredentialLender
{
    /// <summary>Lends the credential that the session's manifest calls <paramref name="name"/>.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had; the message never holds the secret.</exception>
    /// <param name="session">The session.</param>
    /// <param name="name">The credential.</param>
    /// <param name="to">
    /// The address that the request goes to, and nowhere else; null where it is given to a process, which could send it anywhere.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken);

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
        using var lease = await LendAsync(session, name, null, cancellationToken).ConfigureAwait(false);
        lease.Apply(look);
    }
}
