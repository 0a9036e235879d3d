namespace Bartizan.Core.Manifests;

/// <summary>What one caller may ask.</summary>
/// <param name="Rate">How fast.</param>
/// <param name="AtOnce">Requests under way at once.</param>
public sealed record CallerLimit(CallerRate Rate, int AtOnce);
