using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>Snyk's own JSON: one result, or a list of them. What a policy of Snyk's took out counts, too.</summary>
internal static class SnykScan
{
    /// <summary>One scan for each result.</summary>
    public static ImmutableArray<ImageScan> Read(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select(Result)] : [Result(root)];

    private static ImageScan Result(JsonElement result)
    {
        if (result.Has("error") || !result.Has("vulnerabilities") || !result.Has("docker"))
        {
            throw new FormatException("is no result of `snyk container test --json`");
        }

        return new ImageScan(
            "Snyk",
            ScanDigests.In([result.Text("path"), result.Text("projectName")]),
            null,
            [.. result.Items("applications").Prepend(result).SelectMany(Findings)]
        );
    }

    private static IEnumerable<ImageFinding> Findings(JsonElement part) =>
        part.Items("vulnerabilities").Concat(part.Part("filtered").Items("ignore")).Select(Finding);

    private static ImageFinding Finding(JsonElement one)
    {
        var names = one.Part("identifiers");
        return new ImageFinding(
            ImageFinding.Shown(one.Text("id")),
            [.. names.Texts("CVE").Select(ImageFinding.Shown)],
            Severities.Worst([Severities.OfWord(one.Text("severity"))]),
            ImageFinding.Shown($"{one.Text("packageName") ?? one.Text("name")}@{one.Text("version")}")
        );
    }
}
