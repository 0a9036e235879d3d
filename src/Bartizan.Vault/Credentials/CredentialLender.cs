using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// Lends what a session's manifest names: <c>env:</c> values that the command handed over for this session alone, and
/// <c>file:</c> contents, read when they are first needed and again when the file changes; their leases' handle is the
/// credential's name. <c>vault:</c> credentials come from the vault, each lease by an entry, and their handle names the
/// version. When the session ends, everything lent to it is revoked and zeroed.
/// </summary>
public sealed class CredentialLender(VaultLoans? vault = null) : ICredentialLender, IDisposable
{
    private readonly ConcurrentDictionary<SessionId, SessionCredentials> _sessions = new();
    private readonly ConcurrentDictionary<SessionId, SessionId> _shared = new();

    /// <summary>Opens a session's credentials.</summary>
    /// <param name="session">The session.</param>
    /// <param name="agent">The agent's name: the vault lends by it.</param>
    /// <param name="sources">The manifest's credentials.</param>
    /// <param name="manifestDirectory">Where relative file paths start.</param>
    /// <param name="variables">Values that the command handed over, by the variables' names.</param>
    public void Open(
        SessionId session,
        string agent,
        ImmutableDictionary<string, CredentialSource> sources,
        string manifestDirectory,
        IReadOnlyDictionary<string, string> variables
    )
    {
        var credentials = new SessionCredentials(agent, sources, manifestDirectory, variables);
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
            vault?.Close(session);
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
        if (source.Origin != CredentialOrigin.Vault || vault is null)
        {
            return credentials.Lend(source);
        }

        var lease = await vault
            .LendAsync(owner, credentials.Agent, source, to, cancellationToken)
            .ConfigureAwait(false);
        if (_sessions.ContainsKey(owner))
        {
            return lease;
        }

        // It ended while the entry was written.
        lease.Dispose();
        vault.Close(owner);
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
        var source = Find(session, name).Credentials.SourceOf(name);
        if (source.Origin == CredentialOrigin.Vault)
        {
            vault?.Compare(source, look);
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

    private static CredentialUnavailableException Ended(string name) =>
        new($"credential `{name}`: the session has ended");

    private (SessionId Owner, SessionCredentials Credentials) Find(SessionId session, string name)
    {
        var owner = _shared.GetValueOrDefault(session, session);
        return _sessions.TryGetValue(owner, out var credentials) ? (owner, credentials) : throw Ended(name);
    }
}
