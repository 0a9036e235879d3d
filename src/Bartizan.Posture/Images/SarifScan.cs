using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>SARIF 2.1.0 of Trivy, Grype and Snyk: severity stands in a rule's properties, the level says how loud it is.</summary>
internal static class SarifScan
{
    private static readonly ImmutableArray<string> s_tools = ["trivy", "grype", "snyk"];

    /// <summary>One scan for each run.</summary>
    public static ImmutableArray<ImageScan> Read(JsonElement root) =>
        root.Text("version") == "2.1.0"
            ? [.. root.Items("runs").Select(Run)]
            : throw new FormatException("is no SARIF of version 2.1.0");

    private static ImageScan Run(JsonElement run)
    {
        var driver = run.Part("tool").Part("driver");
        var tool = driver.Text("name") ?? "";
        if (!s_tools.Any(known => tool.StartsWith(known, StringComparison.OrdinalIgnoreCase)))
        {
            throw new FormatException(
                $"is of `{ImageFinding.Shown(tool)}`, which is no scanner of images that is known"
            );
        }

        if (run.Items("invocations").Any(i => i.Has("executionSuccessful") && !IsTrue(i, "executionSuccessful")))
        {
            throw new FormatException("is of a run that failed");
        }

        // SARIF 3.14.23: without results the run came to none, which isn't that it found nothing.
        if (!run.Has("results"))
        {
            throw new FormatException("has a run without results");
        }

        var listed = driver.Items("rules").ToList();
        var rules = listed
            .Concat(run.Part("tool").Items("extensions").SelectMany(e => e.Items("rules")))
            .GroupBy(rule => rule.Text("id") ?? "", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        var results = run.Items("results").ToList();
        return new ImageScan(
            ImageFinding.Shown(tool),
            ScanDigests.In([.. run.Part("properties").Texts("repoDigests"), .. results.SelectMany(Places)]),
            run.Items("invocations").Select(i => i.Moment("endTimeUtc") ?? i.Moment("startTimeUtc")).Min(),
            [.. results.Select(result => Finding(result, rules, listed))]
        );
    }

    private static ImageFinding Finding(
        JsonElement result,
        Dictionary<string, List<JsonElement>> rules,
        List<JsonElement> listed
    )
    {
        var id = result.Text("ruleId") ?? result.Part("rule").Text("id");
        var index = result.Number("ruleIndex") ?? result.Part("rule").Number("index");
        var rule =
            id is not null && rules.TryGetValue(id, out var named) ? named
            : id is null && index is { } at && at >= 0 && at < listed.Count ? [listed[(int)at]]
            : [];
        id ??= rule.Select(r => r.Text("id")).FirstOrDefault() ?? "";
        return new ImageFinding(ImageFinding.Shown(id), Known(id), Severity(result, rule), Where(result));
    }

    // The level counts where nothing else is said: Trivy's is the same for what is low and what nobody has rated.
    private static VulnerabilitySeverity Severity(JsonElement result, List<JsonElement> rule)
    {
        var said = rule.Prepend(result).Select(one => one.Part("properties")).ToList();
        var rated = said.SelectMany(properties =>
                new[]
                {
                    Severities.OfScore(properties.Number("security-severity")),
                    Severities.OfScore(properties.Number("cvssv3_baseScore")),
                }.Concat(properties.Texts("tags").Select(Severities.OfWord))
            )
            .Max();
        var silent = said.All(properties => !properties.Has("security-severity"));
        return rated
            ?? (silent ? Severities.OfLevel(result.Text("level") ?? Level(rule)) : null)
            ?? VulnerabilitySeverity.Critical;
    }

    private static string? Level(List<JsonElement> rule) =>
        rule.Select(one => one.Part("defaultConfiguration").Text("level")).FirstOrDefault(level => level is not null);

    private static IEnumerable<string?> Places(JsonElement result) =>
        result
            .Items("locations")
            .SelectMany(place =>
                place
                    .Items("logicalLocations")
                    .Select(logical => logical.Text("fullyQualifiedName"))
                    .Append(place.Part("physicalLocation").Part("artifactLocation").Text("uri"))
            );

    private static string Where(JsonElement result) =>
        ImageFinding.Shown(
            result
                .Items("locations")
                .Select(place =>
                    place.Part("message").Text("text")
                    ?? place.Part("physicalLocation").Part("artifactLocation").Text("uri")
                )
                .FirstOrDefault()
        );

    // Grype names a rule by the finding and the package: CVE-2026-1234-openssl.
    private static ImmutableArray<string> Known(string id)
    {
        var parts = id.Split('-');
        var most = parts[0] switch
        {
            "CVE" => 3,
            "GHSA" => 4,
            _ => int.MaxValue,
        };
        return parts.Length > most ? [ImageFinding.Shown(string.Join('-', parts.Take(most)))] : [];
    }

    private static bool IsTrue(JsonElement json, string name) => json.GetProperty(name).ValueKind == JsonValueKind.True;
}
