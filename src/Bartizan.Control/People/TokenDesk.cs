using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.People;

namespace Bartizan.Control.People;

/// <summary>
/// Where tokens are made, listed and revoked. INVARIANT: a token gives no more than its person has, when it is made and each time that it
/// is used; and its text is shown once. INVARIANT: a browser's cookie alone makes none, for a token outlives it.
/// </summary>
public sealed class TokenDesk(AccountBook book, SignInDesk signIns, AdminLog log, TimeProvider clock)
{
    private const int Refused = 4;
    private const int Invalid = 2;

    /// <summary>Does it.</summary>
    /// <exception cref="ControlException">When it can't be done.</exception>
    public async Task<TokensReply> AnswerAsync(TokensRequest request, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(caller);
        var whose = caller.IsOwner ? request.Person : caller.Person;
        if (request.Person is { } other && other != whose)
        {
            throw No("a token is its person's, or the owner's of the host, to make and to revoke");
        }

        return request.Revoke is { } id ? await RevokeAsync(id, whose, caller).ConfigureAwait(false)
            : request.Label is { } label ? await MakeAsync(request, label, whose, caller).ConfigureAwait(false)
            : List(whose);
    }

    /// <summary>What a token gives now: what it says, as far as its person has it; null when it holds no more.</summary>
    public ImmutableArray<Grant>? GrantsOf(ApiToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return clock.GetUtcNow() < token.Until && book.Find(token.Person) is { Passphrase: not null } person
            ? [.. token.Grants.Where(mine => person.Powers().Any(mine.IsWithin))]
            : null;
    }

    private TokensReply List(string? whose) =>
        new()
        {
            Tokens =
            [
                .. book
                    .Tokens.Where(one => (whose is null || one.Person == whose) && clock.GetUtcNow() < one.Until)
                    .Select(one => new TokenLine(
                        one.Id,
                        one.Person,
                        one.Label,
                        PeopleDesk.Lines(one.Grants),
                        one.Since,
                        one.Until
                    )),
            ],
        };

    private async Task<TokensReply> MakeAsync(TokensRequest request, string label, string? whose, Caller caller)
    {
        var person = whose is { } name ? book.Find(name) : null;
        if (person?.Passphrase is null)
        {
            throw No("a token is made for a person whose account here is set up");
        }

        if (
            label.Length is 0 or > ApiToken.MaxLabel
            || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        )
        {
            throw No($"a token's label is 1 to {ApiToken.MaxLabel} letters, digits, `-`, `_` and `.`", Invalid);
        }

        if (request.Days is < 1 or > ApiToken.MaxDays)
        {
            throw No($"a token holds 1 to {ApiToken.MaxDays} days", Invalid);
        }

        var grants = PeopleDesk.Read(request.Grants);
        if (!Gives(person.Name, grants, caller))
        {
            throw More();
        }

        if (!caller.IsOwner && !await signIns.ConfirmAsync(caller, request.Code ?? "").ConfigureAwait(false))
        {
            throw No("a token is made with the authenticator's code of now, which counts once; after wrong ones wait");
        }

        var (token, text) = ApiToken.Make(
            person.Name,
            label,
            grants,
            clock.GetUtcNow(),
            TimeSpan.FromDays(request.Days)
        );
        await log.DoneAsync(
                caller,
                "token made",
                token.Id,
                $"for {person.Name}, `{label}`, {request.Days} days: {GrantWords.Brief(grants)}",
                GrantWords.Of(grants)
            )
            .ConfigureAwait(false);

        // As they are now that the log has it, which may have taken its time.
        if (!Gives(person.Name, grants, caller))
        {
            throw More();
        }

        return book.TryAdd(token, person.Generation, clock.GetUtcNow())
            ? List(person.Name) with
            {
                Text = text,
            }
            : throw No(
                $"a person has at most {ApiToken.MaxOfPerson} tokens: revoke one; or the account was changed meanwhile"
            );
    }

    private bool Gives(string person, ImmutableArray<Grant> grants, Caller caller) =>
        !grants.IsEmpty
        && book.Find(person) is { } account
        && caller.Standing is { } standing
        && grants.All(mine => account.Powers().Any(mine.IsWithin) && (caller.IsOwner || standing.Any(mine.IsWithin)));

    private async Task<TokensReply> RevokeAsync(string id, string? whose, Caller caller)
    {
        if (!book.Tokens.Any(one => one.Id == id && (whose is null || one.Person == whose)))
        {
            throw No("there is no such token");
        }

        await log.DoneAsync(caller, "token revoked", id).ConfigureAwait(false);
        book.TryRevoke(id);
        return List(whose);
    }

    private static ControlException More() =>
        No("a token gives a role, and no more than its person has, as they signed in");

    private static ControlException No(string why, int code = Refused) => new(new ControlProblem(code, why));
}
