using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Leases;
using Bartizan.Vault.Providers.OAuth;

namespace Bartizan.Vault.Providers;

/// <summary>
/// Signs sessions in to providers, and takes their logins back. The log and the book have a login before anything is issued under it, so
/// that whatever a crash or a lost answer leaves behind hangs on something that is known.
/// </summary>
internal sealed class ProviderLogins : IAsyncDisposable
{
    /// <summary>How much later than ours a provider's clock may be: an end counts when it is over there, too.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);

    private readonly ILeaseBook<ProviderRecord> _book;
    private readonly IJournal _journal;
    private readonly TimeProvider _clock;
    private readonly SealedVault? _vault;
    private readonly Revocations<ProviderRecord> _revocations;

    public ProviderLogins(ILeaseBook<ProviderRecord> book, IJournal journal, TimeProvider clock, SealedVault? vault)
    {
        (_book, _journal, _clock, _vault) = (book, journal, clock, vault);
        _revocations = new(
            book,
            new(
                record => record.Id,
                (record, problem) =>
                    record.Issued is null
                        ? $"the login of session {record.Session} at `{record.Provider}` isn't revoked yet: {problem}"
                        : $"`{record.Issued}` of `{record.Provider}`, issued to session {record.Session}, isn't revoked yet: {problem}",
                SayAsync
            ),
            clock
        );
    }

    public IReadOnlyList<string> Pending => _revocations.Pending;

    /// <summary>Opens the wire to a provider.</summary>
    /// <exception cref="ProviderException">It can't be.</exception>
    public ICredentialProvider Open(CredentialProvider terms, string user = "", RefreshUse? refresh = null) =>
        ProviderKinds.Open(terms, _clock, user, refresh);

    /// <summary>The refresh tokens that sessions share.</summary>
    public RefreshTokens Refreshed { get; } = new();

    /// <summary>Signs in, and has it known before it is used.</summary>
    /// <exception cref="ProviderException">It didn't sign in.</exception>
    /// <exception cref="IOException">It can't be recorded.</exception>
    public async Task<(ProviderLogin Login, ProviderRecord Record)> SignInAsync(
        ICredentialProvider provider,
        Secret? own,
        Func<string, ProviderRecord> recordOf
    )
    {
        var login = await provider.SignInAsync(own, CancellationToken.None).ConfigureAwait(false);
        var record = recordOf(login.Anchor);
        if (login.Anchor.Length == 0)
        {
            return (login, record);
        }

        try
        {
            // INVARIANT: known before anything hangs on it. A login whose answer was lost has nothing hanging on it.
            await _journal
                .AppendAsync(
                    EntryOf(record, "signed in", $"its leases hang on the accessor {login.Anchor}"),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            _book.Add(record);
            return (login, record);
        }
        catch
        {
            await RevokeQuietlyAsync(provider, login).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Takes in by what something can be revoked that was just issued; the book has it when this returns, sealed where it is a secret.
    /// Where no vault is open to seal it, a crash leaves it until its own end.
    /// </summary>
    /// <exception cref="IOException">It can't be recorded.</exception>
    public KeptAnchor Keep(IssuedAnchor anchor, ProviderRecord record)
    {
        if (!anchor.IsSecret)
        {
            anchor.Value.Use(value => record = record with { Anchor = value.ToString() });
        }
        else if (_vault?.SealAnchor(record, anchor.Value) is { } box)
        {
            record = record with { Anchor = box, IsSealed = true };
        }
        else
        {
            return new KeptAnchor(record, anchor.Value);
        }

        _book.Add(record);
        return new KeptAnchor(record, anchor.Value);
    }

    /// <summary>
    /// Takes a login back, with everything that was issued under it, once <paramref name="issuedAsync"/> has waited for what is being issued.
    /// </summary>
    public Task TakeBack(
        ProviderRecord record,
        ProviderHold hold,
        CredentialLender lender,
        Func<CancellationToken, Task> issuedAsync
    )
    {
        var hasWaited = false;
        return _revocations.Begin(record, TryAsync, new Held(hold, null));

        async Task<string?> TryAsync(CancellationToken ending)
        {
            if (!hasWaited)
            {
                await issuedAsync(ending).ConfigureAwait(false);
                hasWaited = true;
            }

            return await ProblemOfAsync(
                    () => hold.Provider.RevokeAsync(hold.Login, null, ending),
                    record,
                    null,
                    lender,
                    ending
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Takes back one thing that was issued.</summary>
    public Task TakeBack(KeptAnchor kept, ProviderHold hold, CredentialLender lender) =>
        _revocations.Begin(
            kept.Record,
            ending =>
                IsOver(kept.Record)
                    ? Task.FromResult<string?>(null)
                    : ProblemOfAsync(
                        () => hold.Provider.RevokeOtherAsync(hold.Login, kept.Value, ending),
                        kept.Record,
                        kept.Value,
                        lender,
                        ending
                    ),
            new Held(hold, kept)
        );

    /// <summary>Takes back what a start finds in the book.</summary>
    public void Sweep(CredentialLender lender) =>
        _revocations.Sweep((record, ending) => RevokeByAnchorAsync(record, null, lender, ending));

    public ValueTask DisposeAsync() => _revocations.DisposeAsync();

    /// <summary>What the log says of a login.</summary>
    public static Entry EntryOf(ProviderRecord record, string what, string why) =>
        new()
        {
            Kind = EntryKind.Vault,
            Session = SessionId.TryParse(record.Session, out var id) ? id : default,
            Agent = record.Agent,
            Target = record.Issued is null
                ? $"provider:{record.Provider}"
                : $"provider:{record.Provider}/{record.Issued}",
            Detail = what,
            Reason = why,
        };

    // What its owner can't revoke any more, whoever signs in anew may, or can tell that it is gone already.
    private async Task<string?> ProblemOfAsync(
        Func<Task> revokeAsync,
        ProviderRecord record,
        Secret? anchor,
        CredentialLender lender,
        CancellationToken ending
    )
    {
        try
        {
            await revokeAsync().ConfigureAwait(false);
            return null;
        }
        catch (ProviderException e) when (e.Fault is ProviderFault.Forbidden or ProviderFault.Refused)
        {
            return await RevokeByAnchorAsync(record, anchor, lender, ending).ConfigureAwait(false);
        }
        catch (ProviderException e)
        {
            return e.Message;
        }
    }

    // The session is over, and with it what it was lent: this is a use of its own, and an entry where it comes from the vault.
    private async Task<string?> RevokeByAnchorAsync(
        ProviderRecord record,
        Secret? known,
        CredentialLender lender,
        CancellationToken cancellationToken
    )
    {
        if (IsOver(record))
        {
            return null;
        }

        var id = SessionId.New();
        var sources = ImmutableDictionary<string, CredentialSource>.Empty;
        lender.Open(
            id,
            record.Agent,
            record.ToSource() is { } source ? sources.Add(source.Name, source) : sources,
            record.Folder,
            ImmutableDictionary<string, string>.Empty
        );
        try
        {
            using var opened = known is null ? AnchorOf(record) : null;
            var terms = record.ToProvider();
            using var mine = await TakeAsync(lender, id, terms, cancellationToken).ConfigureAwait(false);
            using var provider = Open(terms);
            var login = await provider.SignInAsync(mine, cancellationToken).ConfigureAwait(false);
            try
            {
                await provider.RevokeOtherAsync(login, known ?? opened!, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await RevokeQuietlyAsync(provider, login).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e) when (e is ProviderException or CredentialUnavailableException or IOException)
        {
            return e.Message;
        }
        finally
        {
            lender.Close(id);
        }
    }

    /// <summary>What a provider is signed in to with, as the session has it; null where nothing is needed.</summary>
    /// <exception cref="CredentialUnavailableException">It isn't lent.</exception>
    public static async Task<Secret?> TakeAsync(
        CredentialLender lender,
        SessionId session,
        CredentialProvider terms,
        CancellationToken cancellationToken
    )
    {
        if (terms.Credential.Length == 0)
        {
            return null;
        }

        using var lease = await lender
            .LendAsync(session, terms.Credential, ProviderKinds.ShownAt(terms), cancellationToken)
            .ConfigureAwait(false);
        Secret? own = null;
        lease.Apply(value => own = new Secret(value.Span));
        return own;
    }

    // Its time there is over, by our clock and some more.
    private bool IsOver(ProviderRecord record) => record.Until + s_skew < _clock.GetUtcNow();

    private Secret AnchorOf(ProviderRecord record) =>
        record.IsSealed
            ? _vault?.OpenAnchor(record)
                ?? throw new ProviderException(
                    ProviderFault.Busy,
                    "what it can be revoked by is sealed by the vault, which isn't open, or has another key, or it was sealed for another record"
                )
            : new Secret(record.Anchor);

    /// <summary>Revokes at once what can't be recorded; where that fails it ends by itself.</summary>
    public static async Task RevokeQuietlyAsync(ProviderHold hold, IssuedAnchor anchor)
    {
        try
        {
            await hold
                .Provider.RevokeOtherAsync(hold.Login, anchor.Value, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (ProviderException)
        {
            // It was lent to nobody.
        }

        anchor.Value.Dispose();
    }

    private static async Task RevokeQuietlyAsync(ICredentialProvider provider, ProviderLogin login)
    {
        try
        {
            if (login.Anchor.Length > 0)
            {
                await provider.RevokeAsync(login, null, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (ProviderException)
        {
            // Nothing hangs on it; it ends by itself.
        }

        login.Token.Dispose();
    }

    private async Task SayAsync(ProviderRecord record, bool isGone, string why)
    {
        var what = (record.Issued is null ? "login " : "") + (isGone ? "revoked" : "not revoked yet");
        try
        {
            await _journal
                .AppendAsync(
                    EntryOf(record, what, isGone && IsOver(record) ? "its time was over" : why),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It is revoked all the same.
        }
    }

    private sealed class Held(ProviderHold hold, KeptAnchor? kept) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            hold.Release();
            if (kept is not null)
            {
                await kept.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
