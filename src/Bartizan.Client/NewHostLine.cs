namespace Bartizan.Client;

/// <summary>A host that an agent opened for the first time.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Host">The host.</param>
/// <param name="Session">The session that opened it.</param>
/// <param name="At">When.</param>
public sealed record NewHostLine(string Agent, string Host, string Session, DateTimeOffset At);
