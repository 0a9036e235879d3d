using Bartizan.Core.Findings;

namespace Bartizan.Posture.Prompts;

/// <summary>What is weak about a system prompt.</summary>
/// <param name="Line">The line it is about, from 1.</param>
/// <param name="Kind">What, as one word that stays the same: <c>no-hierarchy</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What is the matter, in one sentence.</param>
/// <param name="Instead">What to write instead.</param>
public sealed record PromptFinding(int Line, string Kind, FindingSeverity Severity, string Message, string Instead);
