using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>run: scan:</c> of a tree that fits the shape.</summary>
internal static class ImageScanReader
{
    /// <summary>The terms; null when none stand there.</summary>
    public static ImageScanTerms? Read(SourceNode.Map run) =>
        run.Find("scan") is SourceNode.Map map && RuleReader.TextOf(map, "file") is { } file
            ? new ImageScanTerms
            {
                File = file,
                Fail = RuleReader.TextOf(map, "fail") switch
                {
                    "low" => VulnerabilitySeverity.Low,
                    "medium" => VulnerabilitySeverity.Medium,
                    "critical" => VulnerabilitySeverity.Critical,
                    _ => VulnerabilitySeverity.High,
                },
                MaxAge = Units.TryTime(RuleReader.TextOf(map, "max_age") ?? "", out var age)
                    ? age
                    : ImageScanTerms.UsualAge,
                Made = ManifestShape.TryDay(RuleReader.TextOf(map, "made") ?? "", out var made) ? made : null,
                Ignore = ManifestReader
                    .Entries(map.Find("ignore"))
                    .Where(e => e.Value is SourceNode.Map)
                    .ToImmutableSortedDictionary(
                        e => e.Key.Text,
                        e => Waiver((SourceNode.Map)e.Value),
                        StringComparer.Ordinal
                    ),
            }
            : null;

    private static ImageScanWaiver Waiver(SourceNode.Map map) =>
        new(
            ManifestShape.TryDay(RuleReader.TextOf(map, "until") ?? "", out var until) ? until : default,
            RuleReader.TextOf(map, "why") ?? ""
        );
}
