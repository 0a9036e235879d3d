using System.Collections.Concurrent;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// What the vault has lent, by session and credential. A lease begins with an entry that is durable before the value leaves the vault,
/// and ends with its time, its version, its session, or the vault's being sealed.
/// </summary>
public sealed class VaultLoans(SealedVault vault, IJournal journal, TimeProvider clock, Action<string>? used = null)
    : IDisposable
{
    /// <summary>What the entry of a lease says.</summary>
    public const string Detail = "lent";

    private readonly ConcurrentDictionary<(SessionId Session, string Name), Loan> _loans = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Lends a credential.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be lent.</exception>
    internal async ValueTask<ILease> LendAsync(
        SessionId session,
        string agent,
        CredentialSource source,
        Uri? to,
        CancellationToken cancellationToken
    )
    {
        var key = (session, source.Name);
        if (Standing(key, agent, source, to) is { } standing)
        {
            return standing;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Standing(key, agent, source, to)
                ?? await BeginAsync(key, agent, source, to, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new CredentialUnavailableException($"credential `{source.Name}`: the vault's file was changed");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Shows what is kept of a credential, to compare with.</summary>
    internal void Compare(CredentialSource source, Action<ReadOnlyMemory<char>> look)
    {
        try
        {
            vault.Compare(source.Locator, look);
        }
        catch (InvalidDataException)
        {
            // What can't be opened can't be lent, so it can't leak.
        }
    }

    /// <summary>Ends what a session was lent.</summary>
    internal void Close(SessionId session)
    {
        foreach (var key in _loans.Keys.Where(k => k.Session == session))
        {
            End(key);
        }
    }

    /// <summary>Ends every lease of a credential, or of some of its versions.</summary>
    public void End(string path, IReadOnlyCollection<int>? versions)
    {
        foreach (var (key, loan) in _loans)
        {
            if (loan.Path == path && versions?.Contains(loan.Version) != false)
            {
                End(key);
            }
        }
    }

    /// <summary>Ends every lease.</summary>
    public void EndAll()
    {
        foreach (var key in _loans.Keys)
        {
            End(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndAll();
        _one.Dispose();
    }

    private Lease? Standing((SessionId Session, string Name) key, string agent, CredentialSource source, Uri? to)
    {
        if (!_loans.TryGetValue(key, out var loan))
        {
            return null;
        }

        Lease? lease = null;
        try
        {
            if (clock.GetUtcNow() < loan.Until && vault.Holds(source.Name, source.Locator, agent, loan.Version))
            {
                lease = loan.Borrow();
            }
        }
        catch (CredentialUnavailableException)
        {
            End(key);
            throw;
        }

        if (lease is not null)
        {
            // One that asks for another host gets nothing, and ends nothing of the others.
            try
            {
                vault.RequireReach(source.Name, source.Locator, loan.Version, to);
            }
            catch
            {
                lease.Dispose();
                throw;
            }

            used?.Invoke(loan.Handle);
            return lease;
        }

        // Its time is over; a request that is being made with it may still be made.
        if (_loans.TryRemove(key, out var old))
        {
            old.End(atOnce: false);
        }

        return null;
    }

    private async Task<ILease> BeginAsync(
        (SessionId Session, string Name) key,
        string agent,
        CredentialSource source,
        Uri? to,
        CancellationToken cancellationToken
    )
    {
        var (version, secret) = vault.Take(source.Name, source.Locator, agent, to);
        try
        {
            var until =
                source.Ttl is { } ttl && ttl <= VaultTerms.Longest ? clock.GetUtcNow() + ttl : DateTimeOffset.MaxValue;
            if (version.Terms.Expires < until)
            {
                until = version.Terms.Expires.Value;
            }

            var handle = VaultRecord.HandleOf(source.Locator, version.Number);

            // No record, no use: the entry is durable before anybody has the value.
            await journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Vault,
                        Session = key.Session,
                        Agent = agent,
                        Target = source.Locator,
                        Credential = handle,
                        Detail = Detail,
                        Reason = until == DateTimeOffset.MaxValue ? "for the session" : $"until {until.UtcDateTime:u}",
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);

            // Meanwhile it may have been revoked, or the vault sealed. INVARIANT: the loan is in before that is asked: what ends it
            // later finds it, and what ended it before is seen here.
            var loan = new Loan(source.Locator, version.Number, handle, secret, until);
            _loans[key] = loan;
            return vault.Holds(source.Name, source.Locator, agent, version.Number) && loan.Borrow() is { } lease
                ? lease
                : throw new CredentialUnavailableException(
                    $"credential `{source.Name}`: `{source.Locator}` was changed while it was being lent; try again"
                );
        }
        catch
        {
            End(key);
            secret.Dispose();
            throw;
        }
    }

    private void End((SessionId Session, string Name) key)
    {
        if (_loans.TryRemove(key, out var loan))
        {
            loan.End(atOnce: true);
        }
    }
}
