namespace Bartizan.Core.Conditions;

/// <summary>One comparison of a condition and what it came to, for a person who asks why.</summary>
/// <param name="Column">Where it stands in the condition.</param>
/// <param name="Text">The comparison, in CEL.</param>
/// <param name="Truth">What it came to.</param>
/// <param name="Values">
/// The attributes that it reads and their values, <c>args.base is "main"</c>; a text is shortened. For a person: an agent
/// need not see them.
/// </param>
public sealed record ConditionStep(int Column, string Text, Truth Truth, string Values);
