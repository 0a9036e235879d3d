namespace Bartizan.Core.Enforcement;

/// <summary>Points at a rule that led to a decision.</summary>
/// <param name="Layer">Where the rule comes from: <c>baseline floor</c>, <c>manifest</c>, <c>role reader</c>…</param>
/// <param name="Text">The rule as written: <c>deny: read **/*.pem</c>.</param>
/// <param name="Why">The reason its author gave.</param>
/// <param name="Place">File and position: <c>agent.yaml:12:5</c>.</param>
public sealed record RuleReference(string Layer, string Text, string Why, string Place);
