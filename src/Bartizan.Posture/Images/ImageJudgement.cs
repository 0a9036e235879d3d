using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>What a scan means for an image: why no agent may run in it, and what is borne.</summary>
/// <param name="Faults">Why not, one sentence each; none when it may.</param>
/// <param name="Says">In one line what was judged.</param>
/// <param name="Failing">The findings that are over the threshold.</param>
public sealed record ImageJudgement(ImmutableArray<string> Faults, string Says, ImmutableArray<ImageFinding> Failing)
{
    /// <summary>Findings that a sentence names; the command lists all.</summary>
    private const int MaxNamed = 5;

    /// <summary>How far a scanner's clock may be ahead.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromMinutes(5);

    /// <summary>Judges a manifest's image by the file that it names; null when no container is meant.</summary>
    /// <param name="run">How the agent is started.</param>
    /// <param name="folder">The manifest's folder.</param>
    /// <param name="now">Now.</param>
    public static ImageJudgement? Of(RunSection run, string folder, DateTimeOffset now) =>
        run switch
        {
            { Isolation: not IsolationKind.Oci } or { Image: null } => null,
            { Scan: null } => new ImageJudgement(
                ["nobody has looked into the image: `run` names no `scan`"],
                "no scan",
                []
            ),
            { Scan: { } terms, Image: { } image } => Of(
                ImageScanFile.Read(Path.GetFullPath(terms.File, folder)),
                terms,
                ContainerImageName.DigestOf(image),
                now
            ),
        };

    /// <summary>Judges what was read.</summary>
    public static ImageJudgement Of(ImageScanRead read, ImageScanTerms terms, string digest, DateTimeOffset now)
    {
        if (read.Problem is { } problem)
        {
            return new ImageJudgement([problem], "no scan", []);
        }

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var findings = read.Scans.SelectMany(scan => scan.Findings).ToList();
        var over = findings.Where(finding => finding.Severity >= terms.Fail).ToList();
        var failing = over.Where(finding => !finding.IsNamed(name => Borne(terms, name, today))).ToImmutableArray();
        var faults = read
            .Scans.SelectMany(scan => ProblemsOf(scan, terms, digest, now))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (!failing.IsEmpty)
        {
            faults.Add(Sentence(failing, terms.Fail));
        }

        faults.AddRange(
            terms
                .Ignore.Where(waiver =>
                    waiver.Value.Until < today && failing.Any(f => f.IsNamed(name => name == waiver.Key))
                )
                .Select(waiver => $"`{waiver.Key}` was borne until {waiver.Value.Until:o}, which is over")
        );
        var tools = string.Join(", ", read.Scans.Select(scan => scan.Tool).Distinct(StringComparer.Ordinal));
        return new ImageJudgement(
            [.. faults],
            $"scanned by {tools}: {findings.Count} findings, {over.Count - failing.Length} borne, {failing.Length} from {Word(terms.Fail)} on",
            failing
        );
    }

    private static IEnumerable<string> ProblemsOf(
        ImageScan scan,
        ImageScanTerms terms,
        string digest,
        DateTimeOffset now
    )
    {
        if (scan.Digests.IsEmpty)
        {
            yield return $"the scan by {scan.Tool} doesn't say by digest which image it is of: scan `NAME@{digest}`, or take the tool's own JSON";
        }
        else if (!scan.Digests.Contains(digest))
        {
            yield return $"the scan by {scan.Tool} is of another image, {scan.Digests.Order(StringComparer.Ordinal).First()}";
        }

        // The beginning of a day that somebody named; what the file itself says comes first.
        var made =
            scan.Made ?? (terms.Made is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null);
        if (made is null)
        {
            yield return $"the scan by {scan.Tool} doesn't say when it was made: say `made: YYYY-MM-DD` in `scan`";
        }
        else if (made > now + s_ahead)
        {
            yield return $"the scan by {scan.Tool} is of {made:u}, which is yet to come";
        }
        else if (now - made > terms.MaxAge)
        {
            yield return $"the scan by {scan.Tool} is of {made:u}, which is longer ago than {terms.MaxAge.TotalDays:0.##} days";
        }
    }

    private static string Sentence(ImmutableArray<ImageFinding> failing, VulnerabilitySeverity fail) =>
        $"the image has {failing.Length} findings from {Word(fail)} on: "
        + string.Join(
            ", ",
            failing
                .OrderByDescending(f => f.Severity)
                .Take(MaxNamed)
                .Select(f => $"{f.Name} ({Word(f.Severity)}{(f.Where.Length > 0 ? $", {f.Where}" : "")})")
        )
        + (failing.Length > MaxNamed ? $" and {failing.Length - MaxNamed} more" : "");

    private static bool Borne(ImageScanTerms terms, string name, DateOnly today) =>
        terms.Ignore.TryGetValue(name, out var waiver) && today <= waiver.Until;

    private static string Word(VulnerabilitySeverity severity) => severity.ToString().ToLowerInvariant();
}
