using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Inbound;

/// <summary>A caller's session, as requests are forwarded for it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Token">What an agent that runs elsewhere makes its calls with, as that session.</param>
/// <param name="Endpoints">Where it makes them, as JSON in ASCII.</param>
public sealed record ServedSession(Session Session, string Token, string Endpoints)
{
    /// <summary>The agent that runs for this session alone, and knows where its gateways are; null for one that runs elsewhere.</summary>
    public AgentUpstream? Agent { get; init; }

    /// <summary>The record prints no token.</summary>
    public override string ToString() => $"served {Session.Id}";
}
