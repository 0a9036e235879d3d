using System.Collections.Immutable;

namespace Bartizan.Control.People;

/// <summary>Who asks, where from, and by what they showed it.</summary>
public sealed record Caller
{
    /// <summary>Who, by the name that they signed in with.</summary>
    public required string Person { get; init; }

    /// <summary>
    /// The same person as the rest of the instance knows them: of somebody who has an account of the host, too, that account. So nobody is
    /// two people.
    /// </summary>
    public required string Account { get; init; }

    /// <summary>What they may do now.</summary>
    public required ImmutableArray<Grant> Grants { get; init; }

    /// <summary>Where from.</summary>
    public required string Address { get; init; }

    /// <summary>How they showed who they are.</summary>
    public required string How { get; init; }

    /// <summary>The session; null for a token and for the owner.</summary>
    public PersonSession? Session { get; init; }

    /// <summary>The token's id; null for a session and for the owner.</summary>
    public string? Token { get; init; }

    /// <summary>True for the owner of the host's account, at the control socket.</summary>
    public bool IsOwner { get; init; }

    /// <summary>The owner of the instance, as the kernel says.</summary>
    public static Caller OfOwner(string account) =>
        new()
        {
            Person = account,
            Account = account,
            Grants = [],
            Address = "the control socket",
            How = "owner",
            IsOwner = true,
        };

    /// <summary>True when they may do it for an agent, or for the instance.</summary>
    public bool May(Act act, string? agent) => Permission.Of(Grants, act, agent);

    /// <summary>
    /// What they may do at this moment by the session that they came by, which may have ended since; null when it has. Of whoever came by
    /// none, what they came with.
    /// </summary>
    public ImmutableArray<Grant>? Standing => Session is { } session ? session.Grants : Grants;

    /// <summary>By what they came, for the log: nothing that anybody could enter with.</summary>
    public string By =>
        Session is { } session ? $"from {Address}, session {session.Id} ({How})"
        : Token is { } token ? $"from {Address}, token {token}"
        : $"from {Address}";
}
