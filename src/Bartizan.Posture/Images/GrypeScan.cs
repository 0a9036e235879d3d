using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>Grype's own JSON. What Grype was told to ignore counts, too.</summary>
internal static class GrypeScan
{
    /// <summary>The one scan.</summary>
    public static ImmutableArray<ImageScan> Read(JsonElement root)
    {
        var source = root.Part("source");
        if (root.Part("descriptor").Text("name") != "grype" || source.Text("type") != "image")
        {
            throw new FormatException("is no report of Grype of an image");
        }

        var target = source.Part("target");
        return
        [
            new ImageScan(
                "Grype",
                ScanDigests.In([target.Text("manifestDigest"), .. target.Texts("repoDigests")]),
                root.Part("descriptor").Moment("timestamp"),
                [.. root.Items("matches").Concat(root.Items("ignoredMatches")).Select(Finding)]
            ),
        ];
    }

    private static ImageFinding Finding(JsonElement match)
    {
        var (one, package) = (match.Part("vulnerability"), match.Part("artifact"));
        return new ImageFinding(
            ImageFinding.Shown(one.Text("id")),
            [.. match.Items("relatedVulnerabilities").Select(r => ImageFinding.Shown(r.Text("id")))],
            Severities.Worst([Severities.OfWord(one.Text("severity"))]),
            ImageFinding.Shown($"{package.Text("name")}@{package.Text("version")}")
        );
    }
}
