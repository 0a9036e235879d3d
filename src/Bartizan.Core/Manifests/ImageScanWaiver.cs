namespace Bartizan.Core.Manifests;

/// <summary>A finding that an image may have, for a time.</summary>
/// <param name="Until">The last day (UTC).</param>
/// <param name="Why">Why it is borne.</param>
public sealed record ImageScanWaiver(DateOnly Until, string Why);
