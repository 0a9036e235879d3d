using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>Trivy's own JSON: vulnerabilities, what is wrongly set, and secrets that lie in the image.</summary>
internal static class TrivyScan
{
    private const int Version = 2;

    /// <summary>The one scan.</summary>
    public static ImmutableArray<ImageScan> Read(JsonElement root)
    {
        if (root.Number("SchemaVersion") != Version || root.Text("ArtifactType") != "container_image")
        {
            throw new FormatException("is no report of Trivy of an image");
        }

        // Trivy leaves it out when it knew nothing of what it saw.
        if (!root.Has("Results"))
        {
            throw new FormatException("has no results: Trivy recognised nothing in the image");
        }

        return
        [
            new ImageScan(
                "Trivy",
                ScanDigests.In(root.Part("Metadata").Texts("RepoDigests")),
                root.Moment("CreatedAt"),
                [.. root.Items("Results").SelectMany(Findings)]
            ),
        ];
    }

    private static IEnumerable<ImageFinding> Findings(JsonElement result) =>
        result
            .Items("Vulnerabilities")
            .Concat(result.Items("Misconfigurations").Where(m => m.Text("Status") != "PASS"))
            .Concat(result.Items("Secrets"))
            .Concat(result.Items("ExperimentalModifiedFindings").Select(m => m.Part("Finding")))
            .Select(one => new ImageFinding(
                ImageFinding.Shown(one.Text("VulnerabilityID") ?? one.Text("ID") ?? one.Text("RuleID")),
                [],
                Severities.Worst([Severities.OfWord(one.Text("Severity"))]),
                ImageFinding.Shown(
                    one.Text("PkgName") is { } package
                        ? $"{package}@{one.Text("InstalledVersion")}"
                        : result.Text("Target")
                )
            ));
}
