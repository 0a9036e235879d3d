namespace Bartizan.Core.Conditions;

/// <summary>What is wrong with a condition, where, and what to do.</summary>
/// <param name="Column">Where in the condition's text; counts UTF-16 code units from 1, line ends included.</param>
/// <param name="Message">What, in one sentence, with the offending text in backticks.</param>
/// <param name="Hint">What to do; empty when the message says it.</param>
public sealed record ConditionError(int Column, string Message, string Hint = "");
