namespace Bartizan.Core.Manifests;

/// <content>What scanners must have said of an image.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys ImageScan =>
        new([
            Required(
                "file",
                _path,
                "What a scanner wrote, relative to this file: Trivy, Grype or Snyk, as SARIF, CycloneDX or the tool's own JSON."
            ),
            Known(
                "fail",
                new Shape.Choice("a severity", ["low", "medium", "high", "critical"]),
                "From this severity on a finding keeps the agent from running; `high` when left out. What isn't rated counts as critical."
            ),
            Known("max_age", _time, "How old the scan may be; `7d` when left out."),
            Known("made", _day, "The day (UTC) on which it was made, where the file doesn't say."),
            Known(
                "ignore",
                new Shape.Named(
                    FindingName,
                    new Shape.Keys([
                        Required("until", _day, "The last day (UTC) on which it is borne."),
                        Required("why", _why, "Why it is borne."),
                    ])
                ),
                "Findings that are borne for a time, by their names, such as `CVE-2026-1234`."
            ),
        ]);

    private static Shape.Text FindingName =>
        new("a finding's name, such as `CVE-2026-1234`")
        {
            MaxLength = 128,
            Expression = "^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
            Problem = static text =>
                char.IsAsciiLetterOrDigit(text[0])
                && text.All(static c => char.IsAsciiLetterOrDigit(c) || "._:/-".Contains(c))
                    ? null
                    : "is no finding's name",
        };
}
