using Bartizan.Core.Sessions;

namespace Bartizan.Core.Circuits;

/// <summary>A circuit that moved, or that isn't closed.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Name">
/// What it leads to: <c>model anthropic</c>, <c>tool github/get_issue</c>, <c>connect host:443</c>; the agent's own is <c>agent</c>, and
/// one session's of an agent that is served <c>session ID</c>.
/// </param>
/// <param name="State">How it stands.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record CircuitStanding(string Agent, string Name, CircuitState State, string Reason, DateTimeOffset Since)
{
    /// <summary>The name of an agent's own circuit.</summary>
    public const string OfAgent = "agent";

    /// <summary>Whose own circuit it is, where the agent is served: of one session alone; none for all others.</summary>
    public SessionId Session { get; init; }

    /// <summary>True for an agent's own circuit, or a session's.</summary>
    public bool IsOwn => Name == OfAgent || Session != default;

    /// <summary>The state as entries and pages write it.</summary>
    public string Word => State == CircuitState.HalfOpen ? "half-open" : State.ToString().ToLowerInvariant();
}
