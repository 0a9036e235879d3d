using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What the log says that an agent spent for a person on a day.</summary>
/// <param name="Agent">The agent's name, without its version.</param>
/// <param name="Person">The person.</param>
/// <param name="Team">The agent's owner.</param>
/// <param name="Day">The day.</param>
/// <param name="Calls">Calls by verb.</param>
/// <param name="Total">Tokens, money and bytes.</param>
public sealed record RecordedSpend(
    string Agent,
    string Person,
    string Team,
    DateOnly Day,
    ImmutableDictionary<Verb, long> Calls,
    Spend Total
);
