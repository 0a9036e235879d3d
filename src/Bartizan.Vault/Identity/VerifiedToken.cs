using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Identity;

/// <summary>What a good token says.</summary>
/// <param name="Session">The session that it speaks of, which may have ended.</param>
/// <param name="Claims">All of it.</param>
public sealed record VerifiedToken(SessionId Session, JsonObject Claims)
{
    /// <summary>Who is to take it.</summary>
    public required string Audience { get; init; }

    /// <summary>When it stops to hold.</summary>
    public required DateTimeOffset Ends { get; init; }

    /// <summary>Who acts for the session's agent, who does now first; nobody when it is the agent itself.</summary>
    public required ImmutableArray<AgentActor> Actors { get; init; }

    /// <summary>What whoever uses it must hold; null when anybody may who has it.</summary>
    public TokenBinding? BoundTo { get; init; }

    /// <summary>The session of whoever acts now: the last actor's, or the agent's own.</summary>
    public SessionId Holder => Actors.IsEmpty ? Session : Actors[0].Session;

    /// <summary>All sessions that must run while it holds.</summary>
    public IEnumerable<SessionId> Sessions => Actors.Select(actor => actor.Session).Append(Session);
}
