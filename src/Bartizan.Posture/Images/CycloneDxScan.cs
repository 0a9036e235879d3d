using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>CycloneDX 1.4 to 1.6 with vulnerabilities. Of several ratings the worst counts: nothing says which source is right.</summary>
internal static class CycloneDxScan
{
    private static readonly ImmutableArray<string> s_versions = ["1.4", "1.5", "1.6"];

    /// <summary>The one scan.</summary>
    public static ImmutableArray<ImageScan> Read(JsonElement root)
    {
        if (!s_versions.Contains(root.Text("specVersion") ?? "", StringComparer.Ordinal))
        {
            throw new FormatException($"is no CycloneDX of version {string.Join(", ", s_versions)}");
        }

        if (!root.Has("vulnerabilities"))
        {
            throw new FormatException("lists components and no vulnerabilities: nothing was looked for");
        }

        var metadata = root.Part("metadata");
        var image = metadata.Part("component");
        return
        [
            new ImageScan(
                ImageFinding.Shown(Tools(metadata).FirstOrDefault() ?? "CycloneDX"),
                ScanDigests.In([
                    image.Text("name"),
                    image.Text("version"),
                    image.Text("purl"),
                    image.Text("bom-ref"),
                    .. image
                        .Items("properties")
                        .Where(p => p.Text("name")?.EndsWith("RepoDigest", StringComparison.OrdinalIgnoreCase) == true)
                        .Select(p => p.Text("value")),
                ]),
                metadata.Moment("timestamp"),
                [.. root.Items("vulnerabilities").Select(Finding)]
            ),
        ];
    }

    // A list of tools up to 1.4, an object with components since 1.5.
    private static IEnumerable<string?> Tools(JsonElement metadata) =>
        !metadata.Has("tools") ? []
        : metadata.GetProperty("tools").ValueKind == JsonValueKind.Array
            ? metadata.Items("tools").Select(t => t.Text("name"))
        : metadata.Part("tools").Items("components").Select(t => t.Text("name"));

    private static ImageFinding Finding(JsonElement one) =>
        new(
            ImageFinding.Shown(one.Text("id")),
            [.. one.Items("references").Select(r => ImageFinding.Shown(r.Text("id")))],
            Severities.Worst(
                one.Items("ratings")
                    .SelectMany(rating =>
                        new[]
                        {
                            Severities.OfWord(rating.Text("severity")),
                            Severities.OfScore(
                                rating.Text("method")?.StartsWith("CVSS", StringComparison.Ordinal) == true
                                    ? rating.Number("score")
                                    : null
                            ),
                            Severities.OfScore(CvssVector.Score(rating.Text("vector"))),
                        }
                    )
            ),
            ImageFinding.Shown(one.Items("affects").Select(a => a.Text("ref")).FirstOrDefault())
        );
}
