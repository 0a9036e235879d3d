namespace Bartizan.Vault.Identity;

/// <summary>A signed token.</summary>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="Ends">When it stops to hold.</param>
/// <param name="Text">The token, which only code that sends it sees.</param>
public sealed record AgentToken(string Id, DateTimeOffset Ends, Secret Text);
