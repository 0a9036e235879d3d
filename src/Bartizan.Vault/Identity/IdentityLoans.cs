using System.Collections.Concurrent;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;

namespace Bartizan.Vault.Identity;

/// <summary>
/// The tokens that live sessions are lent, by session and credential: signed when one is first needed and again when a third of its time
/// is left. Each begins with an entry that is durable before anybody has the token.
/// </summary>
/// <param name="tokens">Signs them.</param>
/// <param name="who">What is said of a session; null for one that has ended.</param>
/// <param name="journal">Where each is recorded.</param>
/// <param name="clock">The clock.</param>
public sealed class IdentityLoans(
    AgentTokens tokens,
    Func<SessionId, AgentClaims?> who,
    IJournal journal,
    TimeProvider clock
) : IDisposable
{
    /// <summary>What the entry of a token says.</summary>
    public const string Detail = "signed";

    private readonly ConcurrentDictionary<(SessionId Session, string Name), Loan> _loans = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Lends a token.</summary>
    /// <exception cref="CredentialUnavailableException">When there is none.</exception>
    internal async ValueTask<ILease> LendAsync(
        SessionId session,
        CredentialSource source,
        Uri? to,
        CancellationToken cancellationToken
    )
    {
        if (to is null)
        {
            throw new CredentialUnavailableException(
                $"credential `{source.Name}`: a token lives for minutes, and a process would keep one for as long as it runs; name it where requests are made"
            );
        }

        var key = (session, source.Name);
        if (Standing(key) is { } standing)
        {
            return standing;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Standing(key) ?? await BeginAsync(key, source, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new CredentialUnavailableException($"credential `{source.Name}`: {e.Message}");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Shows a token that a session has, to compare with; what isn't signed yet can't leak.</summary>
    internal void Compare(SessionId session, string name, Action<ReadOnlyMemory<char>> look)
    {
        if (_loans.TryGetValue((session, name), out var loan) && loan.Borrow() is { } lease)
        {
            using (lease)
            {
                lease.Apply(look);
            }
        }
    }

    /// <summary>Ends what a session was lent.</summary>
    internal void Close(SessionId session)
    {
        foreach (var key in _loans.Keys.Where(k => k.Session == session))
        {
            End(key, atOnce: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _loans.Keys)
        {
            End(key, atOnce: true);
        }

        _one.Dispose();
    }

    private Lease? Standing((SessionId Session, string Name) key)
    {
        if (!_loans.TryGetValue(key, out var loan))
        {
            return null;
        }

        if (clock.GetUtcNow() < loan.Until && loan.Borrow() is { } lease)
        {
            return lease;
        }

        // A request that is being made with it may still be made.
        End(key, atOnce: false);
        return null;
    }

    private async Task<ILease> BeginAsync(
        (SessionId Session, string Name) key,
        CredentialSource source,
        CancellationToken cancellationToken
    )
    {
        var claims = who(key.Session) ?? throw Ended(source.Name);
        var life = source.Ttl ?? CredentialSource.TokenLife;
        var token = tokens.Sign(claims, source.Locator, life);
        var handle = $"identity:{source.Locator}#{token.Id}";
        try
        {
            await journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Vault,
                        Session = key.Session,
                        Agent = claims.Agent,
                        Target = source.Locator,
                        Credential = handle,
                        Detail = Detail,
                        Reason = $"until {token.Ends.UtcDateTime:u}",
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);

            // INVARIANT: the loan is in before it is asked whether the session has ended: what ends it later finds it here.
            var loan = new Loan(source.Locator, 1, handle, token.Text, token.Ends - (life / 3));
            _loans[key] = loan;
            return who(key.Session) is not null && loan.Borrow() is { } lease ? lease : throw Ended(source.Name);
        }
        catch
        {
            End(key, atOnce: true);
            token.Text.Dispose();
            throw;
        }
    }

    private static CredentialUnavailableException Ended(string name) =>
        new($"credential `{name}`: the session has ended");

    private void End((SessionId Session, string Name) key, bool atOnce)
    {
        if (_loans.TryRemove(key, out var loan))
        {
            loan.End(atOnce);
        }
    }
}
