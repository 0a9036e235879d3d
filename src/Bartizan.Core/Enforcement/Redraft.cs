namespace Bartizan.Core.Enforcement;

/// <summary>An action with the arguments that a person wrote for it, or one sentence that says why it can't have them.</summary>
public sealed record Redraft(AgentAction? Action, string? Problem);
