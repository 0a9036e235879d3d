using Bartizan.Control.OpenId;
using Bartizan.Control.People;

namespace Bartizan.Control.Web;

/// <summary>What the web API stands on.</summary>
public sealed record WebHouse
{
    /// <summary>The instance.</summary>
    public required IInstance Instance { get; init; }

    /// <summary>Accounts and tokens.</summary>
    public required AccountBook Book { get; init; }

    /// <summary>Who is signed in.</summary>
    public required PersonSessions Sessions { get; init; }

    /// <summary>Where people sign in.</summary>
    public required SignInDesk SignIns { get; init; }

    /// <summary>Where accounts are changed.</summary>
    public required PeopleDesk People { get; init; }

    /// <summary>Where tokens are.</summary>
    public required TokenDesk Tokens { get; init; }

    /// <summary>The organisation's sign-in; null for none.</summary>
    public CodeFlow? OpenId { get; init; }

    /// <summary>What is recorded.</summary>
    public required AdminLog Log { get; init; }

    /// <summary>Whom the instance knows under a person's name: the account of the host, where they have one.</summary>
    public required Func<string, string> AccountOf { get; init; }

    /// <summary>What limits of time are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Somebody who asked before, with what they may do now; null when they are nobody any more. A role that is taken away, a sign-in that
    /// ends and a token that is revoked hold for what is begun already.
    /// </summary>
    public Caller? Still(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var grants =
            caller.Session is { } session ? (Sessions.IsLive(session) ? session.Grants : null)
            : Book.Tokens.FirstOrDefault(one => one.Id == caller.Token) is { } token ? Tokens.GrantsOf(token)
            : null;
        return grants is { } now ? caller with { Grants = now } : null;
    }
}
