using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>
/// How fast: a bucket of <paramref name="Count"/> that is full at first and refills evenly over the period. No span as long as
/// the period sees more than what was in the bucket and what came in during it.
/// </summary>
/// <param name="Scope">Whose bucket: a session's, the agent's (<see cref="BudgetScope.Day"/>), or a person's.</param>
/// <param name="Verb">The actions it is about; <see cref="Verb.Unknown"/> is all of them.</param>
/// <param name="Count">How many it holds.</param>
/// <param name="Period">How long an empty one takes to be full.</param>
public sealed record BudgetRate(BudgetScope Scope, Verb Verb, int Count, TimeSpan Period)
{
    /// <summary>Its name, as its place in the manifest.</summary>
    public string Name =>
        Verb == Verb.Unknown ? "budgets.rate.per_user" : $"budgets.rate.{Verb.ToString().ToLowerInvariant()}";

    /// <summary>As manifests write it.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Count}/{Period.TotalSeconds switch { 1 => "s", 60 => "min", 3600 => "h", _ => "day" }}"
        );
}
