namespace Bartizan.Core.Budgets;

/// <summary>A reservation, or why there is none. <c>default</c> refuses.</summary>
/// <param name="Reservation">What was taken; null for a refusal.</param>
/// <param name="Refusal">Which budget, its limit, what is used and when it refills.</param>
/// <param name="RetryAfter">When it is worth trying again; null when nobody knows, or when it isn't soon.</param>
public readonly record struct LedgerAnswer(
    Reservation? Reservation,
    string? Refusal = null,
    TimeSpan? RetryAfter = null
);
