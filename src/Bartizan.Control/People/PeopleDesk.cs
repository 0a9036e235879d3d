using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Core.Approvals;

namespace Bartizan.Control.People;

/// <summary>
/// Where accounts are made, changed and taken away, by the owner of the host's account at the control socket and by administrators.
/// INVARIANT: nobody changes what they themselves may do. INVARIANT: no administrator comes into the account of somebody whose yes counts:
/// accounts of enrolled people and of approvers are made and set up by the owner alone, the role of an approver is the owner's alone to
/// give, and an account that an administrator made or set up is no approver's until the owner sets it up anew.
/// </summary>
public sealed class PeopleDesk(
    AccountBook book,
    PersonSessions sessions,
    SignInDesk signIns,
    SignInThrottle throttle,
    AdminLog log,
    Func<string, bool> isEnrolled,
    TimeProvider clock
)
{
    /// <summary>Characters of a reason.</summary>
    public const int MaxWhy = 1000;

    /// <summary>How long the token that sets an account up holds.</summary>
    public static readonly TimeSpan SetupHolds = TimeSpan.FromHours(24);

    /// <summary>How long the token holds that breaks the glass.</summary>
    public static readonly TimeSpan GlassHolds = TimeSpan.FromMinutes(5);

    private const int Refused = 4;
    private const int Invalid = 2;

    /// <summary>Does it.</summary>
    /// <exception cref="ControlException">When it can't be done; the sentence says why.</exception>
    public Task<PeopleReply> AnswerAsync(PeopleRequest request, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        return request.Verb switch
        {
            PeopleVerb.List => Task.FromResult(List()),
            PeopleVerb.Add => AddAsync(request, caller),
            PeopleVerb.Setup => SetUpAsync(request, caller),
            PeopleVerb.Role => RoleAsync(request, caller),
            PeopleVerb.Remove => RemoveAsync(request, caller),
            PeopleVerb.Unlock => UnlockAsync(request, caller),
            PeopleVerb.SignOut => SignOutAsync(request, caller),
            PeopleVerb.BreakGlass => BreakGlassAsync(request, caller),
            _ => throw No("nothing was asked"),
        };
    }

    /// <summary>Who is signed in, one person or all.</summary>
    public IReadOnlyList<PersonSessionLine> Sessions(string? person, PersonSession? asking) =>
        [
            .. sessions
                .All(person)
                .Select(one => new PersonSessionLine(
                    one.Id,
                    one.Person,
                    one.How,
                    one.Address,
                    one.Since,
                    one.Seen,
                    one.Until,
                    one == asking
                )),
        ];

    /// <summary>Grants as they are told.</summary>
    public static IReadOnlyList<GrantLine> Lines(ImmutableArray<Grant> grants) =>
        [.. grants.Select(one => new GrantLine(one.Role.ToString().ToLowerInvariant(), [.. one.Agents]))];

    /// <summary>Grants as they are given.</summary>
    /// <exception cref="ControlException">When one is none.</exception>
    public static ImmutableArray<Grant> Read(IReadOnlyList<GrantLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Count <= Grant.MaxGrants
            ? [.. lines.Select(line => Grant.Read(line.Role, line.Agents) ?? throw Unreadable())]
            : throw No($"one person has at most {Grant.MaxGrants} roles", Invalid);
    }

    /// <summary>The accounts.</summary>
    public PeopleReply List() =>
        new()
        {
            People =
            [
                .. book.Accounts.Select(one => new AccountLine(
                    one.Name,
                    Lines(one.Grants),
                    one.Since,
                    one.Passphrase is not null,
                    sessions.All(one.Name).Length,
                    one.Recovery.Length
                )
                {
                    ApprovesNothing = !one.IsOwnersToken,
                }),
            ],
        };

    private async Task<PeopleReply> AddAsync(PeopleRequest request, Caller caller)
    {
        var name = Account.IsName(request.Person)
            ? request.Person!
            : throw No("a person's name is an address in lower case: `alice@example.com`", Invalid);
        var grants = Read(request.Grants);
        CheckNotTheirs(name, caller);
        if (book.Find(name) is not null)
        {
            throw No($"`{name}` has an account");
        }

        if (!caller.IsOwner && grants.Any(grant => grant.Role == Role.Approver))
        {
            throw No("an approver's account is made by the owner: who could make one could be their own second person");
        }

        await RecordAsync(caller, "account made", name, GrantWords.Brief(grants), GrantWords.Of(grants), Why(request))
            .ConfigureAwait(false);
        var token = RecoveryCode.Make();
        var now = clock.GetUtcNow();
        var added = book.TryAdd(
            new Account
            {
                Name = name,
                Grants = grants,
                Since = now,
                IsOwnersToken = caller.IsOwner,
                Secret = Totp.MakeSecret(),
                Setup = RecoveryCode.HashOf(token),
                SetupUntil = now + SetupHolds,
            }
        );
        return added
            ? new PeopleReply
            {
                Says = $"`{name}` has an account: {GrantWords.Of(grants)}",
                Token = token,
                Until = now + SetupHolds,
            }
            : throw No($"`{name}` has an account, or there are {PeopleFile.MaxAccounts} already");
    }

    private async Task<PeopleReply> SetUpAsync(PeopleRequest request, Caller caller)
    {
        var account = Find(request);
        CheckNotTheirs(account.Name, caller);
        if (!caller.IsOwner && account.Grants.Any(grant => grant.Role == Role.Approver))
        {
            throw No("an approver's account is set up anew by the owner");
        }

        await RecordAsync(caller, "account to be set up anew", account.Name, Why(request)).ConfigureAwait(false);
        var token = RecoveryCode.Make();
        var until = clock.GetUtcNow() + SetupHolds;
        Change(
            account.Name,
            now =>
                now with
                {
                    Generation = now.Generation + 1,
                    Passphrase = null,
                    IsOwnersToken = caller.IsOwner,
                    Secret = Totp.MakeSecret(),
                    LastStep = 0,
                    Recovery = [],
                    Setup = RecoveryCode.HashOf(token),
                    SetupUntil = until,
                }
        );
        book.TryRevokeAll(account.Name);
        sessions.End(one => one.Person == account.Name);
        return new PeopleReply
        {
            Says = $"`{account.Name}` sets the account up anew; what they signed in with is over",
            Token = token,
            Until = until,
        };
    }

    private async Task<PeopleReply> RoleAsync(PeopleRequest request, Caller caller)
    {
        var account = Find(request);
        CheckNotOneself(account.Name, caller);
        var grants = Read(request.Grants);
        CheckApprover(account, grants, caller);
        await RecordAsync(
                caller,
                "roles changed",
                account.Name,
                $"{GrantWords.Brief(grants)}; before: {GrantWords.Brief(account.Grants)}",
                GrantWords.Of(grants),
                Why(request)
            )
            .ConfigureAwait(false);
        Change(
            account.Name,
            now =>
                now.IsOwnersToken == account.IsOwnersToken && now.Grants.SequenceEqual(account.Grants)
                    ? now with
                    {
                        Grants = grants,
                    }
                    : null
        );
        return new PeopleReply { Says = $"`{account.Name}`: {GrantWords.Of(grants)}" };
    }

    private async Task<PeopleReply> RemoveAsync(PeopleRequest request, Caller caller)
    {
        var account = Find(request);
        CheckNotOneself(account.Name, caller);
        await RecordAsync(caller, "account taken away", account.Name, Why(request)).ConfigureAwait(false);
        book.TryRemove(account.Name);
        var ended = sessions.End(one => one.Person == account.Name);
        return new PeopleReply { Says = $"`{account.Name}` has no account; {ended} sign-ins ended" };
    }

    private async Task<PeopleReply> UnlockAsync(PeopleRequest request, Caller caller)
    {
        var account = Find(request);
        await RecordAsync(caller, "failures forgotten", account.Name, Why(request)).ConfigureAwait(false);
        throttle.Unlock(account.Name);
        return new PeopleReply { Says = $"`{account.Name}` may try again at once, from addresses that aren't held up" };
    }

    private async Task<PeopleReply> SignOutAsync(PeopleRequest request, Caller caller)
    {
        var person = request.Person ?? throw No("say whom", Invalid);
        await RecordAsync(caller, "signed out by another", person, Why(request)).ConfigureAwait(false);
        var ended = sessions.End(one => one.Person == person);
        var tokens = book.Tokens.Count(one => one.Person == person && clock.GetUtcNow() < one.Until);
        var left =
            tokens == 0
                ? ""
                : $"; {tokens} of their tokens still hold: `bartizan token revoke` ends one, `bartizan people setup` all";
        return new PeopleReply { Says = $"{ended} sign-ins of `{ShownText.Bounded(person)}` ended{left}" };
    }

    private async Task<PeopleReply> BreakGlassAsync(PeopleRequest request, Caller caller)
    {
        // Who has the host's account has the instance: nothing is given to them that they haven't got.
        if (!caller.IsOwner)
        {
            throw No("the glass is broken from the account of the host that the instance runs under");
        }

        var person = Account.IsName(request.Person)
            ? request.Person!
            : throw No("say who it is, by an address: `alice@example.com`", Invalid);
        var why = request.Why?.Trim() is { Length: > 0 and <= MaxWhy } said
            ? ShownText.Bounded(said)
            : throw No($"say why, in at most {MaxWhy} characters: `--why`", Invalid);
        await RecordAsync(caller, "break-glass", person, why).ConfigureAwait(false);
        var token = signIns.MakeGlass(person, why, GlassHolds);
        return new PeopleReply
        {
            Says = $"`{person}` enters with this token once and administers for an hour; everybody is told",
            Token = token,
            Until = clock.GetUtcNow() + GlassHolds,
        };
    }

    private Account Find(PeopleRequest request) =>
        request.Person is { } name && book.Find(name) is { } found
            ? found
            : throw No(
                $"nobody here is `{ShownText.Bounded(request.Person ?? "")}`: `bartizan people list` shows who is"
            );

    private void Change(string name, Func<Account, Account?> change)
    {
        if (!book.TryChange(name, change))
        {
            throw No($"`{name}` was changed or taken away meanwhile");
        }
    }

    private static void CheckNotOneself(string name, Caller caller)
    {
        if (!caller.IsOwner && (caller.Person == name || caller.Account == name))
        {
            throw No("nobody changes what they themselves may do");
        }
    }

    private void CheckNotTheirs(string name, Caller caller)
    {
        CheckNotOneself(name, caller);
        if (!caller.IsOwner && isEnrolled(name))
        {
            throw No($"`{name}` is enrolled in `people.yaml`: the account is made and set up by the owner");
        }
    }

    // Who may give the role could give it to a second name of their own: one that they set up, or that a provider knows them by.
    private static void CheckApprover(Account account, ImmutableArray<Grant> grants, Caller caller)
    {
        var approves = grants.RemoveAll(one => one.Role != Role.Approver);
        if (!account.IsOwnersToken && !approves.IsEmpty)
        {
            throw new ControlException(
                new ControlProblem(
                    Refused,
                    $"`{account.Name}` was set up with an administrator's token, or is to be: nobody approves by it",
                    $"the owner sets it up anew at the host first: `bartizan people setup {account.Name}`"
                )
            );
        }

        if (!caller.IsOwner && !approves.All(mine => account.Grants.Any(mine.IsWithin)))
        {
            throw No("the role of an approver is the owner's to give, at the host");
        }
    }

    // INVARIANT: durable before it is done; and done by whoever may when it is durable, not only when they asked.
    private async Task RecordAsync(Caller caller, string what, string name, params string[] why)
    {
        await log.DoneAsync(caller, what, name, why).ConfigureAwait(false);
        if (!caller.IsOwner && !(caller.Standing is { } grants && Permission.Of(grants, Act.ChangePeople, agent: null)))
        {
            throw No("what you may do was changed meanwhile");
        }
    }

    private static string Why(PeopleRequest request) =>
        request.Why is null or { Length: <= MaxWhy }
            ? request.Why ?? ""
            : throw No($"a reason has at most {MaxWhy} characters", Invalid);

    private static ControlException Unreadable() =>
        No(
            "a role is `viewer`, `approver`, `operator` or `administrator`, for agents by name, by `beginning-*`, or `*`",
            Invalid
        );

    private static ControlException No(string why, int code = Refused) => new(new ControlProblem(code, why));
}
