using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// Lends what a session's manifest names: <c>env:</c> values that the command handed over for this session alone, and
/// <c>file:</c> contents, read when they are first needed and again when the file changes. A lease's handle is the credential's
/// name. When the session ends, everything lent to it is revoked and zeroed.
/// </summary>
public sealed class CredentialLender : ICredentialLender, IDisposable
{
    private readonly ConcurrentDictionary<SessionId, SessionCredentials> _sessions = new();
    private readonly ConcurrentDictionary<SessionId, SessionId> _shared = new();

    /// <summary>Opens a session's credentials.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sources">The manifest's credentials.</param>
    /// <param name="manifestDirectory">Where relative file paths start.</param>
    /// <param name="variables">Values that the command handed over, by the variables' names.</param>
    public void Open(
        SessionId session,
        ImmutableDictionary<string, CredentialSource> sources,
        string manifestDirectory,
        IReadOnlyDictionary<string, string> variables
    )
    {
        var credentials = new SessionCredentials(sources, manifestDirectory, variables);
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
        }
    }

    /// <inheritdoc/>
    public ValueTask<ILease> LendAsync(SessionId session, string name, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _sessions.TryGetValue(_shared.GetValueOrDefault(session, session), out var credentials)
                ? new ValueTask<ILease>(credentials.Lend(name))
                : throw new CredentialUnavailableException($"credential `{name}`: the session has ended");
        }
        catch (Exception e)
        {
            return ValueTask.FromException<ILease>(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in _sessions.Keys)
        {
            Close(session);
        }
    }
}
