using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.People;

namespace Bartizan.Control.People;

/// <summary>
/// Where people sign in with an account of this instance.
/// <code>
/// 1 throttle   by address, account and all together, before anything is hashed      too early: 429
/// 2 hash       in turn; for a name that is nobody's, too                             too many: 503
/// 3 code       six digits of now, later than the last that counted; or a recovery code
/// 4 take       code and passphrase together, in one step: each code counts once
/// 5 record     durable, or nobody is signed in
/// </code>
/// INVARIANT: a wrong name, a wrong passphrase and a wrong code are answered the same, after the same work.
/// INVARIANT: who shows a token of 120 bits of chance waits for nobody else's failures: nobody finds one by trying, so only misses count.
/// </summary>
public sealed class SignInDesk(
    AccountBook book,
    PersonSessions sessions,
    SignInThrottle throttle,
    AdminLog log,
    TimeProvider clock,
    int iterations = PassphraseHash.Now
) : IDisposable
{
    /// <summary>How long a session of broken glass lasts.</summary>
    public static readonly TimeSpan GlassLasts = TimeSpan.FromHours(1);

    private const int MaxCode = 64;
    private const int ToldAtAccount = 20;
    private const int ToldAtAddress = 20;
    private const string What = "sign-in";

    // No name of a person's, so that nobody's failures are theirs.
    private const string GlassCount = "break-glass";

    private readonly HashTurns _turns = new();
    private readonly PassphraseHash _nobody = PassphraseHash.Nobody(iterations);
    private readonly Account _none = new()
    {
        Name = "",
        Since = default,
        Secret = Totp.MakeSecret(),
        Recovery = [.. Enumerable.Range(0, Account.MaxRecoveryCodes).Select(_ => Totp.MakeSecret())],
    };
    private ImmutableArray<Glass> _glasses = [];
    private ImmutableArray<(DateTimeOffset Until, string Says)> _notices = [];

    /// <summary>What everybody who is signed in is told now.</summary>
    public IReadOnlyList<string> Notices =>
        [.. _notices.Where(one => clock.GetUtcNow() < one.Until).Select(one => one.Says)];

    /// <summary>Signs somebody in.</summary>
    public async Task<Entered> EnterAsync(EnterRequest request, string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var name = Account.IsName(request.Person) ? request.Person : "";
        if (request.Passphrase.Length > PassphraseHash.MaxCharacters || request.Code.Length > MaxCode)
        {
            return Entered.Failed;
        }

        var (wait, ofAccount, fromAddress) = throttle.Take(name, address);
        if (wait > TimeSpan.Zero)
        {
            await log.RefusedAsync(name, $"from {address}", What, null, "too soon after others that failed")
                .ConfigureAwait(false);
            return Entered.After(wait);
        }

        var account = book.Find(name);
        var kept = account?.Passphrase ?? _nobody;
        if (
            await _turns.RunAsync(() => kept.Fits(request.Passphrase), cancellationToken).ConfigureAwait(false)
            is not { } fits
        )
        {
            return Entered.Busy;
        }

        var code = request.Code.Replace(" ", "", StringComparison.Ordinal);
        var step = Totp.Find((account ?? _none).Secret, code, clock.GetUtcNow(), account?.LastStep ?? 0);
        var used = (account ?? _none).Recovery.FirstOrDefault(hash => RecoveryCode.Fits(code, hash));
        if (
            !fits
            || account?.Passphrase is null
            || (step is null && used is null)
            || !book.TryChange(name, now => Take(now, account.Generation, step, used))
        )
        {
            await FailAsync(name, address, ofAccount, fromAddress).ConfigureAwait(false);
            return Entered.Failed;
        }

        throttle.Succeeded(name, address);
        var how = step is null ? "passphrase and a recovery code" : "passphrase";
        return await OpenAsync(name, how, address, GrantsOf(name, account.Generation), null).ConfigureAwait(false);
    }

    /// <summary>Signs somebody in of whom another has said who it is: the organisation's sign-in.</summary>
    public Task<Entered> AdmitAsync(string person, string how, string address, Func<ImmutableArray<Grant>?> grants) =>
        log.Rate.Take(person, Act.Enter) is var wait && wait > TimeSpan.Zero
            ? Task.FromResult(Entered.After(wait))
            : OpenAsync(person, how, address, grants, null);

    /// <summary>
    /// Whether somebody who is signed in has their authenticator at hand, too: a code of now, which counts once and is throttled as at
    /// signing in. What they have of a browser alone isn't enough for what outlives it.
    /// </summary>
    public async Task<bool> ConfirmAsync(Caller caller, string code)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(code);
        var (name, address) = (caller.Person, caller.Address);
        var (wait, ofAccount, fromAddress) = throttle.Take(name, address);
        if (wait > TimeSpan.Zero || book.Find(name) is not { } account || code.Length > MaxCode)
        {
            return false;
        }

        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        if (
            Totp.Find(account.Secret, digits, clock.GetUtcNow(), account.LastStep) is { } step
            && book.TryChange(name, now => Take(now, account.Generation, step, null))
        )
        {
            throttle.Succeeded(name, address);
            return true;
        }

        await TellAsync(name, ofAccount, fromAddress, address).ConfigureAwait(false);
        return false;
    }

    /// <summary>Makes the token that lets an administrator in once; the caller has recorded why.</summary>
    public string MakeGlass(string person, string why, TimeSpan within)
    {
        var token = RecoveryCode.Make();
        var now = clock.GetUtcNow();
        var glass = new Glass(person, why, RecoveryCode.HashOf(token), now + within);
        ImmutableInterlocked.Update(ref _glasses, all => [.. all.Where(one => now < one.Until), glass]);
        return token;
    }

    /// <summary>Enters with such a token: an hour, and everybody is told.</summary>
    public async Task<Entered> BreakGlassAsync(string token, string address)
    {
        ArgumentNullException.ThrowIfNull(token);
        var now = clock.GetUtcNow();
        if (TakeGlass(token, now) is not { } glass)
        {
            var (wait, ofAll, fromAddress) = throttle.Take(GlassCount, address);
            await FailAsync(GlassCount, address, ofAll, fromAddress).ConfigureAwait(false);
            return wait > TimeSpan.Zero ? Entered.After(wait) : Entered.Failed;
        }

        var says =
            $"{glass.Person} broke the glass at {now.UtcDateTime:u} and administers this instance for an hour: {glass.Why}";
        var ends = now + GlassLasts;
        ImmutableArray<Grant> all = [Grant.OfEverything(Role.Administrator)];
        var opened = false;
        try
        {
            var entered = await OpenAsync(
                    glass.Person,
                    PersonSessions.Glass,
                    address,
                    () => clock.GetUtcNow() < ends ? all : null,
                    GlassLasts
                )
                .ConfigureAwait(false);
            opened = entered.Session is not null;
            if (opened)
            {
                ImmutableInterlocked.Update(
                    ref _notices,
                    told => [.. told.Where(one => now < one.Until), (ends, says)]
                );
                await log.FoundAsync("break-glass high 1.0", glass.Person, says).ConfigureAwait(false);
            }

            return entered;
        }
        finally
        {
            if (!opened)
            {
                ImmutableInterlocked.Update(ref _glasses, kept => kept.Add(glass));
            }
        }
    }

    private Glass? TakeGlass(string token, DateTimeOffset now)
    {
        var glass = default(Glass);
        if (token.Length <= MaxCode)
        {
            ImmutableInterlocked.Update(
                ref _glasses,
                all =>
                {
                    glass = all.FirstOrDefault(one => now < one.Until && RecoveryCode.Fits(token, one.Hash));
                    return glass is null ? all : all.Remove(glass);
                }
            );
        }

        return glass;
    }

    /// <summary>A step of setting an account up; null when the token isn't one that holds for it.</summary>
    /// <exception cref="ControlException">When the passphrase or the code can't be taken; the token still holds.</exception>
    public async Task<SetupReply?> SetUpAsync(
        SetupRequest request,
        string address,
        string instance,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        var name = Account.IsName(request.Person) ? request.Person : "";
        if (
            request.Token.Length > MaxCode
            || book.Find(name) is not { } found
            || clock.GetUtcNow() >= found.SetupUntil
            || !RecoveryCode.Fits(request.Token, found.Setup)
        )
        {
            var (_, ofAccount, fromAddress) = throttle.Take($"setup {name}", address);
            await FailAsync(name, address, ofAccount, fromAddress).ConfigureAwait(false);
            return null;
        }

        if (request.Passphrase is not { } passphrase)
        {
            return new SetupReply
            {
                Done = false,
                Secret = Base32.Write(found.Secret),
                Address = Totp.Address(name, instance, found.Secret).OriginalString,
            };
        }

        if (PassphraseHash.FindProblem(passphrase, name) is { } problem)
        {
            throw new ControlException(new ControlProblem(2, problem));
        }

        if (Totp.Find(found.Secret, request.Code ?? "", clock.GetUtcNow(), 0) is not { } step)
        {
            throw new ControlException(
                new ControlProblem(2, "the code isn't the authenticator's of now", "compare the clocks of both")
            );
        }

        var made = default(PassphraseHash);
        var hashed = await _turns
            .RunAsync(() => (made = PassphraseHash.Make(passphrase, iterations)) is not null, cancellationToken)
            .ConfigureAwait(false);
        if (hashed is null)
        {
            throw new ControlException(new ControlProblem(4, "too many are signing in: come again"));
        }

        List<string> codes = [.. Enumerable.Range(0, Account.MaxRecoveryCodes).Select(_ => RecoveryCode.Make())];
        await log.DoneAsync(Unknown(name, address), "account set up", name).ConfigureAwait(false);
        var took = book.TryChange(
            name,
            now =>
                now.Generation == found.Generation && RecoveryCode.Fits(request.Token, now.Setup)
                    ? now with
                    {
                        Generation = now.Generation + 1,
                        Passphrase = made,
                        LastStep = step,
                        Recovery = [.. codes.Select(RecoveryCode.HashOf)],
                        Setup = null,
                    }
                    : null
        );
        return took ? new SetupReply { Done = true, RecoveryCodes = codes } : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>What somebody may do while their account is as it was when they signed in.</summary>
    private Func<ImmutableArray<Grant>?> GrantsOf(string name, long generation) =>
        () => book.Find(name) is { Passphrase: not null } now && now.Generation == generation ? now.Powers() : null;

    private static Account? Take(Account now, long generation, long? step, byte[]? used) =>
        now.Generation != generation ? null
        : step is { } later ? (later > now.LastStep ? now with { LastStep = later } : null)
        : now.Recovery.Any(hash => hash == used) ? now with { Recovery = now.Recovery.Remove(used!) }
        : null;

    private async Task<Entered> OpenAsync(
        string person,
        string how,
        string address,
        Func<ImmutableArray<Grant>?> grants,
        TimeSpan? within
    )
    {
        if (sessions.Open(person, how, address, grants, within) is not var (session, cookie))
        {
            return Entered.Busy;
        }

        try
        {
            var caller = Unknown(person, address) with { How = how, Session = session };
            await log.DoneAsync(caller, What, person).ConfigureAwait(false);
            return Entered.As(session, cookie);
        }
        catch
        {
            sessions.End(one => one == session);
            throw;
        }
    }

    private async Task FailAsync(string name, string address, int ofAccount, int fromAddress)
    {
        await log.RefusedAsync(name, $"from {address}", What, name, "name, passphrase or code are wrong")
            .ConfigureAwait(false);
        await TellAsync(name, ofAccount, fromAddress, address).ConfigureAwait(false);
    }

    private async Task TellAsync(string name, int ofAccount, int fromAddress, string address)
    {
        if (ofAccount == ToldAtAccount || fromAddress == ToldAtAddress)
        {
            await log.FoundAsync(
                    "sign-in-guessing medium 0.8",
                    name,
                    $"{ofAccount} sign-ins of one account and {fromAddress} from {address} failed lately"
                )
                .ConfigureAwait(false);
        }
    }

    private static Caller Unknown(string person, string address) =>
        new()
        {
            Person = person,
            Account = person,
            Grants = [],
            Address = address,
            How = "sign-in",
        };

    private sealed record Glass(string Person, string Why, byte[] Hash, DateTimeOffset Until);
}
