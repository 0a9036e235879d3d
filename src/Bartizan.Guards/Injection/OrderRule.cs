using Bartizan.Core.Findings;

namespace Bartizan.Guards.Injection;

/// <summary>
/// Words in order, with few others between them: what an order to a model is made of. A step is met by any of its words; a word that
/// ends in <c>*</c> by whatever begins with it.
/// </summary>
/// <param name="Kind">What it is a sign of.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Untrusted">How sure it makes of a text from outside.</param>
/// <param name="User">How sure it makes of what the user typed; 0 where a user may well say so.</param>
/// <param name="Gap">Other words between two steps, at most.</param>
/// <param name="Steps">The steps.</param>
internal sealed record OrderRule(
    string Kind,
    FindingSeverity Severity,
    double Untrusted,
    double User,
    int Gap,
    string[] Steps
);
