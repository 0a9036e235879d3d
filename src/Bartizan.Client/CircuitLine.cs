namespace Bartizan.Client;

/// <summary>A circuit that isn't closed.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Name">What it leads to; <c>agent</c> is the agent's own.</param>
/// <param name="State"><c>open</c> or <c>half-open</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record CircuitLine(string Agent, string Name, string State, string Reason, DateTimeOffset Since);
