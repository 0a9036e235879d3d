using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Providers.Aws;
using Bartizan.Vault.Providers.OAuth;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// What one session has of one provider.
/// <code>
/// first need ─ own credential from the vault ─ signed in ─ log and book know the login ─ entry `lent` ─ issued ─ used, renewed
///            ─ the answer was lost, the session ends, killed or not ─ login revoked, and every lease with it
/// </code>
/// </summary>
internal sealed class ProviderSession(
    SessionId session,
    SessionCredentials credentials,
    CredentialProvider terms,
    ProviderLogins logins,
    CredentialLender lender,
    IJournal journal,
    TimeProvider clock
) : IDisposable
{
    /// <summary>After a refusal or a fault the provider isn't asked again for so long, whatever the agent does.</summary>
    private static readonly TimeSpan s_refusedFor = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_busyFor = TimeSpan.FromSeconds(1);

    /// <summary>How long a value that is kept there is used before it is asked for again, when nobody says.</summary>
    private static readonly TimeSpan s_readAgain = TimeSpan.FromMinutes(5);

    /// <summary>What the entry of something that was issued wider than asked for says: the name, the severity, the confidence.</summary>
    private const string WiderHead = "wider-credential high 1";

    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _lock = new();
    private readonly WiderAsks _wider = new();
    private ProviderAccount? _account;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;
    private string _problem = "";
    private bool _mayGoOn;
    private int _issued;
    private bool _isOver;

    /// <summary>Lends a field of what the provider issues, issued anew or not.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be lent.</exception>
    public async ValueTask<ILease> LendAsync(
        CredentialSource source,
        ProviderPlace place,
        CancellationToken cancellationToken
    )
    {
        var ask = ProviderAsk.Of(source, place, credentials.Sources);
        if (Account?.Borrow(ask.Key, place.Field) is { } standing)
        {
            return standing;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Account?.Borrow(ask.Key, place.Field)
                ?? await IssueAsync(source, place, ask).ConfigureAwait(false)
                ?? throw Unavailable(source, "the session has ended");
        }
        catch (ProviderException e)
        {
            if (e.Fault == ProviderFault.Wider)
            {
                _wider.Add(ask.Key, clock.GetUtcNow(), e.Message);
            }

            _problem = e.Message;
            _mayGoOn = e.Fault is ProviderFault.Busy or ProviderFault.Lost;
            _notBefore =
                clock.GetUtcNow()
                + (e.Fault is ProviderFault.Refused or ProviderFault.Forbidden ? s_refusedFor : s_busyFor);
            return GoingOn(ask, place) ?? throw Unavailable(source, e.Message);
        }
        catch (ObjectDisposedException)
        {
            throw Unavailable(source, "the login that it was issued under has ended");
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Shows what is lent of it, to compare with.</summary>
    public void Compare(CredentialSource source, ProviderPlace place, Action<ReadOnlyMemory<char>> look) =>
        Account?.Compare(new ProviderAsk(place.Path, source.Parameters, []).Key, place.Field, look);

    /// <summary>Ends it: what was issued is revoked.</summary>
    public void Close()
    {
        ProviderAccount? account;
        lock (_lock)
        {
            _isOver = true;
            account = _account;
        }

        account?.End();
    }

    public void Dispose() => _one.Dispose();

    private ProviderAccount? Account => Volatile.Read(ref _account);

    // While it can't be issued anew, what counts still is used: not after a no.
    private Lease? GoingOn(ProviderAsk ask, ProviderPlace place) =>
        _mayGoOn ? Account?.BorrowStill(ask.Key, place.Field) : null;

    // INVARIANT: what has begun isn't cancelled: it would be there, or not, and nobody would know.
    private async Task<Lease?> IssueAsync(CredentialSource source, ProviderPlace place, ProviderAsk ask)
    {
        if (Volatile.Read(ref _isOver))
        {
            return null;
        }

        // Each one that is made there counts there until its end, whether or not it is lent.
        if (_wider.ProblemOf(ask.Key, clock.GetUtcNow()) is { } wider)
        {
            throw Unavailable(source, wider);
        }

        if (clock.GetUtcNow() < _notBefore)
        {
            return GoingOn(ask, place) ?? throw Unavailable(source, _problem);
        }

        var account = Account ?? await SignInAsync(source).ConfigureAwait(false);
        if (account is null)
        {
            return null;
        }

        var (target, number) = ($"provider:{place.Provider}/{place.Path}", ++_issued);

        // No record, no use: durable before it is asked for.
        await journal
            .AppendAsync(
                EntryOf(
                    target,
                    VaultLoans.Detail,
                    account.HasLogin ? $"it hangs on the login at `{terms.Name}`" : $"`{terms.Name}` is asked for it"
                ) with
                {
                    Credential = $"{target}@{number}",
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);
        var since = clock.GetUtcNow();
        var issued = await AskAsync(source, account, ask).ConfigureAwait(false);
        var anchor = await KeepAsync(account, issued, $"{place.Path}@{number}", since).ConfigureAwait(false);

        // Whoever names the same thing shares it: the shortest time that one of them says counts for all.
        var said = ask.Ttl;
        var isKept = issued.Lease is null && issued.Ttl == TimeSpan.Zero;
        var until = clock.GetUtcNow() + (said ?? (isKept ? s_readAgain : TimeSpan.FromDays(3650)));
        var loan = ProvidedLoan.Of(issued, target, number, until, anchor);
        try
        {
            var what =
                issued.Says
                ?? (issued.Lease is { } id ? $"lease {id}, for {issued.Ttl}" : $"version {issued.Version ?? "?"}");
            await journal.PostAsync(EntryOf(target, "issued", what), CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            account.End();
            account.Add(ask.Key, place.Field, loan, issued, since);
            throw;
        }

        return account.Add(ask.Key, place.Field, loan, issued, since);
    }

    // INVARIANT: by what it can be revoked is in the book before anybody is lent it.
    private async Task<KeptAnchor?> KeepAsync(
        ProviderAccount account,
        IssuedSecret issued,
        string what,
        DateTimeOffset since
    )
    {
        if (issued.Anchor is not { } anchor)
        {
            return null;
        }

        try
        {
            var record = account.Record.OfIssued(what, issued.Ttl > TimeSpan.Zero ? since + issued.Ttl : null);
            return logins.Keep(anchor, record);
        }
        catch (IOException)
        {
            foreach (var secret in issued.Fields.Values)
            {
                secret.Dispose();
            }

            await ProviderLogins.RevokeQuietlyAsync(account.Hold, anchor).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<IssuedSecret> AskAsync(CredentialSource source, ProviderAccount account, ProviderAsk ask)
    {
        try
        {
            if (account.HasLogin)
            {
                return await account
                    .Provider.IssueAsync(account.Login, ask, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            // What it is signed in to with may have been rotated, or taken away: it is taken anew each time.
            using var own = await TakeOwnAsync(source).ConfigureAwait(false);
            await using var login = await account.Provider.SignInAsync(own, default).ConfigureAwait(false);
            return await account.Provider.IssueAsync(login, ask, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ProviderException e) when (e.Fault == ProviderFault.Wider)
        {
            await FoundAsync(source, e.Message).ConfigureAwait(false);
            throw;
        }
        catch (ProviderException e) when (e.Fault == ProviderFault.Lost && account.HasLogin)
        {
            // It may stand there, and nobody knows its name: the login that it hangs on goes.
            account.End();
            throw;
        }
        catch (ProviderException e) when (e.Fault == ProviderFault.Forbidden && account.HasLogin)
        {
            if (!await CountsAsync(account).ConfigureAwait(false))
            {
                account.End();
            }

            throw;
        }
    }

    // A login that was revoked there is told from one that may not do this.
    private static async Task<bool> CountsAsync(ProviderAccount account)
    {
        try
        {
            var (login, by) = (account.Login, account.Login.Ttl);
            return await account.Provider.RenewAsync(login, null, by, default).ConfigureAwait(false) > TimeSpan.Zero;
        }
        catch (ProviderException e)
        {
            return e.Fault is not (ProviderFault.Forbidden or ProviderFault.Refused);
        }
    }

    private async Task<ProviderAccount?> SignInAsync(CredentialSource source)
    {
        var own = terms.Credential.Length == 0 ? null : credentials.SourceOf(terms.Credential);
        using var mine = await TakeOwnAsync(source).ConfigureAwait(false);
        var user = AwsRole.SessionNameOf(credentials.Agent, session.ToString());
        var provider = logins.Open(terms, user, RefreshOf());
        try
        {
            var since = clock.GetUtcNow();
            var (login, record) = await logins
                .SignInAsync(
                    provider,
                    mine,
                    anchor =>
                        ProviderRecord.Of(session.ToString(), credentials.Agent, anchor, terms, own, credentials.Folder)
                )
                .ConfigureAwait(false);
            var account = new ProviderAccount(new ProviderHold(provider, login), record, clock, Ended, Dropped);
            lock (_lock)
            {
                _account = _isOver ? null : account;
            }

            if (Account is null)
            {
                // The session ended meanwhile.
                account.End();
                return null;
            }

            account.Keep(since);
            return account;
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    private void Ended(ProviderAccount account)
    {
        lock (_lock)
        {
            _account = ReferenceEquals(_account, account) ? null : _account;
        }

        if (account.HasLogin)
        {
            _ = logins.TakeBack(account.Record, account.Hold, lender, IssuedAsync);
        }
        else
        {
            _ = ReleaseAsync(account.Hold);
        }
    }

    // What is being issued needs the wire still, and to be revoked by it.
    private async Task ReleaseAsync(ProviderHold hold)
    {
        await _one.WaitAsync().ConfigureAwait(false);
        _one.Release();
        hold.Release();
    }

    private void Dropped(ProviderAccount account, KeptAnchor anchor) =>
        _ = logins.TakeBack(anchor, account.Hold.Add(), lender);

    private RefreshUse? RefreshOf() =>
        terms.Settings.GetValueOrDefault("refresh") is { } name
            ? new RefreshUse(logins.Refreshed, lender, session, credentials.SourceOf(name))
            : null;

    private async Task<Secret?> TakeOwnAsync(CredentialSource source) =>
        terms.Credential.Length > 0 && credentials.SourceOf(terms.Credential).Origin == CredentialOrigin.Provider
            ? throw Unavailable(
                source,
                $"`{terms.Credential}`, which `{terms.Name}` is signed in to with, comes from a provider"
            )
            : await ProviderLogins.TakeAsync(lender, session, terms, CancellationToken.None).ConfigureAwait(false);

    // What is lent to nobody is a finding all the same: somebody there gives more than the manifest asks for.
    private async Task FoundAsync(CredentialSource source, string says) =>
        await journal
            .PostAsync(
                EntryOf($"provider:{source.Locator}", WiderHead, $"`{source.Name}` isn't lent: {says}") with
                {
                    Kind = EntryKind.Finding,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);

    // What is being issued hangs on the login when that one goes; nobody waits longer for it than its answer may take.
    private async Task IssuedAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ProviderHttp.Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _one.WaitAsync(either.Token).ConfigureAwait(false);
            _one.Release();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It goes all the same.
        }
    }

    private Entry EntryOf(string target, string what, string why) =>
        new()
        {
            Kind = EntryKind.Vault,
            Session = session,
            Agent = credentials.Agent,
            Target = target,
            Detail = what,
            Reason = why,
        };

    private static CredentialUnavailableException Unavailable(CredentialSource source, string why) =>
        new($"credential `{source.Name}`: {why}");
}
