namespace Bartizan.Core.Manifests;

/// <summary>How fast: a bucket of <paramref name="Count"/> that is full at first and refills evenly over the period.</summary>
/// <param name="Count">How many it holds.</param>
/// <param name="Period">How long an empty one takes to be full.</param>
public sealed record CallerRate(int Count, TimeSpan Period);
