using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Identity;

/// <summary>What a token says of a session.</summary>
/// <param name="Session">The session.</param>
/// <param name="Agent">The agent's name, without its version.</param>
/// <param name="Environment">Where it is deployed.</param>
/// <param name="Policy">Digest of the policy that it runs under, in hexadecimal digits.</param>
public sealed record AgentClaims(SessionId Session, string Agent, string Environment, string Policy);
