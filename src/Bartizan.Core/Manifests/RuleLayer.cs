using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A named group of rules; layers combine by the minimum.</summary>
/// <param name="Name"><c>baseline floor</c>, <c>manifest</c>…</param>
/// <param name="IsCeiling">
/// True for baselines: for a verb for which the layer has no allow rule it allows what it neither denies nor asks.
/// </param>
/// <param name="Rules">Its rules.</param>
public sealed record RuleLayer(string Name, bool IsCeiling, ImmutableArray<Rule> Rules)
{
    /// <summary>The zone that its conditions read the time in.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>True for a layer that only ever asks: what it says nothing of, such as private addresses, is left to the others.</summary>
    public bool OnlyAsks { get; init; }
}
