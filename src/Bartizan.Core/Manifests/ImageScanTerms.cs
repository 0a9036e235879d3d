using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What a scanner must have said of an image before an agent runs in it.</summary>
public sealed record ImageScanTerms
{
    /// <summary>How old a scan may be when the manifest doesn't say.</summary>
    public static readonly TimeSpan UsualAge = TimeSpan.FromDays(7);

    /// <summary>The file with what was found, relative to the manifest's folder.</summary>
    public required string File { get; init; }

    /// <summary>From this severity on a finding keeps the agent from running.</summary>
    public VulnerabilitySeverity Fail { get; init; } = VulnerabilitySeverity.High;

    /// <summary>How old the scan may be.</summary>
    public TimeSpan MaxAge { get; init; } = UsualAge;

    /// <summary>The day (UTC) on which it was made, for formats that don't say.</summary>
    public DateOnly? Made { get; init; }

    /// <summary>Findings that are borne, by their names: <c>CVE-2026-1234</c>.</summary>
    public ImmutableSortedDictionary<string, ImageScanWaiver> Ignore { get; init; } =
        ImmutableSortedDictionary<string, ImageScanWaiver>.Empty;
}
