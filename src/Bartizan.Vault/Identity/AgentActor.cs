using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Identity;

/// <summary>One who acts for another (RFC 8693, 4.1): who, and in which session.</summary>
/// <param name="Subject">Its id.</param>
/// <param name="Session">Its session.</param>
public sealed record AgentActor(string Subject, SessionId Session)
{
    /// <summary>The most that act for one another in one token.</summary>
    public const int MaxActors = 4;

    /// <summary>The <c>act</c> claim of a chain, who acts now first; null for nobody.</summary>
    internal static JsonObject? ToClaim(ImmutableArray<AgentActor> actors)
    {
        // INVARIANT: what is signed can be read again.
        if (actors.Length > MaxActors)
        {
            throw new ArgumentOutOfRangeException(nameof(actors), $"at most {MaxActors} act for one another");
        }

        JsonObject? claim = null;
        foreach (var actor in actors.Reverse())
        {
            var outer = new JsonObject { ["sub"] = actor.Subject, ["sid"] = actor.Session.ToString() };
            if (claim is not null)
            {
                outer["act"] = claim;
            }

            claim = outer;
        }

        return claim;
    }

    /// <summary>Reads it back.</summary>
    /// <exception cref="FormatException">It is no chain that is signed here.</exception>
    internal static ImmutableArray<AgentActor> Read(JsonNode? claim)
    {
        var actors = ImmutableArray.CreateBuilder<AgentActor>();
        for (var one = claim; one is not null; one = one["act"])
        {
            if (actors.Count == MaxActors || !SessionId.TryParse(one["sid"]!.GetValue<string>(), out var session))
            {
                throw new FormatException("a chain of actors that isn't signed here");
            }

            actors.Add(new AgentActor(one["sub"]!.GetValue<string>(), session));
        }

        return actors.ToImmutable();
    }
}
