using System.Collections.Concurrent;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Leases;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Providers.OAuth;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// What providers have issued to sessions. Each session signs in for itself, by a credential of the vault that it never holds; when it
/// ends, however it ends, its login is revoked there, and with it everything that was issued to it.
/// </summary>
public sealed class ProviderLoans : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(SessionId Session, string Provider), ProviderSession> _sessions = new();
    private readonly ProviderLogins _logins;
    private readonly IJournal _journal;
    private readonly TimeProvider _clock;
    private CredentialLender? _lender;

    /// <summary>Lends nothing yet.</summary>
    public ProviderLoans(
        ILeaseBook<ProviderRecord> book,
        IJournal journal,
        TimeProvider clock,
        SealedVault? vault = null
    )
    {
        (_journal, _clock) = (journal, clock);
        _logins = new ProviderLogins(book, journal, clock, vault);
    }

    /// <summary>What waits to be revoked.</summary>
    public IReadOnlyList<string> Pending => _logins.Pending;

    /// <summary>
    /// Writes the next version of a credential of the vault, when a provider gave one for a version, and that is the current one;
    /// false when it isn't. Durable when it returns.
    /// </summary>
    public Func<string, int, Secret, Task<bool>>? WriteAsync
    {
        set => _logins.Refreshed.WriteAsync = value;
    }

    private CredentialLender Lender => _lender ?? throw new InvalidOperationException("nobody lends by these");

    /// <summary>Revokes the logins of sessions that a crash has ended.</summary>
    public void Sweep() => _logins.Sweep(Lender);

    /// <summary>Begins a person's sign-in to a provider on another device.</summary>
    /// <param name="session">An open one, whose manifest has the provider.</param>
    /// <param name="terms">The provider.</param>
    /// <param name="scope">The scopes that are asked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CredentialUnavailableException">It can't be.</exception>
    public async Task<DeviceSignIn> BeginSignInAsync(
        SessionId session,
        CredentialProvider terms,
        string scope,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(terms);
        var own = await ProviderLogins.TakeAsync(Lender, session, terms, cancellationToken).ConfigureAwait(false);
        try
        {
            var http = new ProviderHttp(terms.Url, terms.CertificateAuthority, _clock);
            var wire = new OAuthWire(http, OAuthTerms.Of(terms), _clock);
            return await DeviceSignIn.BeginAsync(wire, own, scope, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException e)
        {
            own?.Dispose();
            throw new CredentialUnavailableException(e.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in _sessions.Values)
        {
            one.Close();
        }

        await _logins.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes what providers are signed in to with from there.</summary>
    internal void TakeFrom(CredentialLender lender) => _lender = lender;

    /// <summary>Lends a credential.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be lent.</exception>
    internal ValueTask<ILease> LendAsync(
        SessionId session,
        SessionCredentials credentials,
        CredentialSource source,
        CancellationToken cancellationToken
    )
    {
        var place = PlaceOf(source);
        if (!credentials.Providers.TryGetValue(place.Provider, out var terms))
        {
            throw new CredentialUnavailableException(
                $"credential `{source.Name}`: there is no provider `{place.Provider}` in `providers`"
            );
        }

        return _sessions
            .GetOrAdd(
                (session, place.Provider),
                _ => new ProviderSession(session, credentials, terms, _logins, Lender, _journal, _clock)
            )
            .LendAsync(source, place, cancellationToken);
    }

    /// <summary>Shows what a session was lent, to compare with.</summary>
    internal void Compare(SessionId session, CredentialSource source, Action<ReadOnlyMemory<char>> look)
    {
        var place = PlaceOf(source);
        if (_sessions.TryGetValue((session, place.Provider), out var one))
        {
            one.Compare(source, place, look);
        }
    }

    /// <summary>Ends what a session was lent.</summary>
    internal void Close(SessionId session)
    {
        foreach (var key in _sessions.Keys.Where(key => key.Session == session))
        {
            if (_sessions.TryRemove(key, out var one))
            {
                one.Close();
            }
        }
    }

    private static ProviderPlace PlaceOf(CredentialSource source) =>
        ProviderPlace.Read(source.Locator)
        ?? throw new CredentialUnavailableException(
            $"credential `{source.Name}`: `{source.Locator}` names nothing of a provider"
        );
}
