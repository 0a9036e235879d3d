using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Identity;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// Lends what a session's manifest names: <c>env:</c> values that the command handed over for this session alone, and
/// <c>file:</c> contents, read when they are first needed and again when the file changes; their leases' handle is the
/// credential's name. <c>vault:</c> credentials come from the vault, each lease by an entry, and their handle names the
/// version; <c>identity:</c> ones are signed by the instance, and their handle names the token; those of a <c>provider:</c> are issued for
/// the session. When the session ends, everything lent to it is revoked and zeroed.
/// </summary>
public sealed class CredentialLender : ICredentialLender, IDisposable
{
    private readonly VaultLoans? _vault;
    private readonly IdentityLoans? _identity;
    private readonly ProviderLoans? _providers;
    private readonly ConcurrentDictionary<SessionId, SessionCredentials> _sessions = new();
    private readonly ConcurrentDictionary<SessionId, SessionId> _shared = new();

    /// <summary>Lends from these.</summary>
    public CredentialLender(VaultLoans? vault = null, IdentityLoans? identity = null, ProviderLoans? providers = null)
    {
        (_vault, _identity, _providers) = (vault, identity, providers);
        providers?.TakeFrom(this);
    }

    /// <summary>Opens a session's credentials.</summary>
    /// <param name="session">The session.</param>
    /// <param name="agent">The agent's name: the vault lends by it.</param>
    /// <param name="sources">The manifest's credentials.</param>
    /// <param name="manifestDirectory">Where relative file paths start.</param>
    /// <param name="variables">Values that the command handed over, by the variables' names.</param>
    /// <param name="providers">The manifest's providers.</param>
    public void Open(
        SessionId session,
        string agent,
        ImmutableDictionary<string, CredentialSource> sources,
        string manifestDirectory,
        IReadOnlyDictionary<string, string> variables,
        ImmutableDictionary<string, CredentialProvider>? providers = null
    )
    {
        var credentials = new SessionCredentials(agent, sources, manifestDirectory, variables)
        {
            Providers = providers ?? ImmutableDictionary<string, CredentialProvider>.Empty,
        };
        if (!_sessions.TryAdd(session, credentials))
        {
            credentials.Dispose();
            throw new InvalidOperationException($"the credentials of session `{session}` are open already");
        }
    }

    /// <summary>Lends a session what another has, for as long as that one has it.</summary>
    public void Share(SessionId session, SessionId with) => _shared[session] = with;

    /// <summary>Revokes every lease of a session and forgets its secrets.</summary>
    public void Close(SessionId session)
    {
        _shared.TryRemove(session, out _);
        if (_sessions.TryRemove(session, out var credentials))
        {
            credentials.Dispose();
            CloseLoans(session);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ILease> LendAsync(
        SessionId session,
        string name,
        Uri? to,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (owner, credentials) = Find(session, name);
        var source = credentials.SourceOf(name);
        var lending = source.Origin switch
        {
            CredentialOrigin.Vault => _vault?.LendAsync(owner, credentials.Agent, source, to, cancellationToken),
            CredentialOrigin.Identity => _identity?.LendAsync(owner, source, to, cancellationToken),
            CredentialOrigin.Provider => _providers?.LendAsync(owner, credentials, source, cancellationToken),
            _ => null,
        };
        if (lending is not { } begun)
        {
            return credentials.Lend(source);
        }

        var lease = await begun.ConfigureAwait(false);
        if (_sessions.ContainsKey(owner))
        {
            return lease;
        }

        // It ended while the entry was written.
        lease.Dispose();
        CloseLoans(owner);
        throw Ended(name);
    }

    /// <inheritdoc/>
    public async ValueTask CompareAsync(
        SessionId session,
        string name,
        Action<ReadOnlyMemory<char>> look,
        CancellationToken cancellationToken
    )
    {
        var (owner, credentials) = Find(session, name);
        var source = credentials.SourceOf(name);
        if (source.Origin == CredentialOrigin.Vault)
        {
            _vault?.Compare(source, look);
            return;
        }

        if (source.Origin == CredentialOrigin.Provider)
        {
            // Nobody signs in to compare: what nobody was lent can't leak.
            _providers?.Compare(owner, source, look);
            return;
        }

        if (source.Origin == CredentialOrigin.Identity)
        {
            _identity?.Compare(owner, name, look);
            return;
        }

        using var lease = await LendAsync(session, name, null, cancellationToken).ConfigureAwait(false);
        lease.Apply(look);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in _sessions.Keys)
        {
            Close(session);
        }
    }

    private void CloseLoans(SessionId session)
    {
        _vault?.Close(session);
        _identity?.Close(session);
        _providers?.Close(session);
    }

    private static CredentialUnavailableException Ended(string name) =>
        new($"credential `{name}`: the session has ended");

    private (SessionId Owner, SessionCredentials Credentials) Find(SessionId session, string name)
    {
        var owner = _shared.GetValueOrDefault(session, session);
        return _sessions.TryGetValue(owner, out var credentials) ? (owner, credentials) : throw Ended(name);
    }
}
