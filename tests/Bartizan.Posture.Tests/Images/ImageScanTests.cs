using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Images;
using static Bartizan.Core.Manifests.VulnerabilitySeverity;

namespace Bartizan.Posture.Tests.Images;

/// <summary>What scanners write, and what it means for an image.</summary>
public sealed class ImageScanTests
{
    public static TheoryData<string, VulnerabilitySeverity> Rated { get; } =
        new()
        {
            { Scans.TrivySarif(), High },
            { Scans.TrivySarif(score: "9.8", word: "CRITICAL"), Critical },
            { Scans.TrivySarif(score: "2.0", word: "LOW", level: "note"), Low },
            // One source's word and another's score: the worse of both.
            { Scans.TrivySarif(score: "9.1", word: "LOW", level: "note"), Critical },
            // What nobody has rated Trivy and Grype write as 0.0 and a note.
            { Scans.TrivySarif(score: "0.0", word: "UNKNOWN", level: "note"), Critical },
            { Scans.GrypeSarif(score: "0.0", level: "note"), Critical },
            { Scans.GrypeSarif(score: "5.5", level: "warning"), Medium },
            { Scans.GrypeSarif(score: "undefined", level: "note"), Critical },
            { Scans.GrypeSarif(score: "NaN", level: "note"), Critical },
            { Scans.GrypeSarif(score: "-1", level: "note"), Critical },
            { Scans.GrypeSarif(score: "99", level: "note"), Critical },
            { WithoutScore("warning"), Medium },
            { WithoutScore("error"), Critical },
            { WithoutScore("none"), Critical },
            { Scans.CycloneDx("""{ "severity": "medium", "score": 5.0, "method": "CVSSv31" }"""), Medium },
            { Scans.CycloneDx("""{ "severity": "low" }, { "severity": "critical" }"""), Critical },
            { Scans.CycloneDx("""{ "severity": "unknown" }"""), Critical },
            { Scans.CycloneDx(""), Critical },
            { Scans.CycloneDx("""{ "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }"""), High },
            {
                Scans.CycloneDx("""{ "vector": "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N" }"""),
                Critical
            },
            { Scans.CycloneDx("""{ "score": 3.0, "method": "OWASP" }"""), Critical },
            { Scans.Trivy("MEDIUM"), Medium },
            { Scans.Trivy("UNKNOWN"), Critical },
            { Scans.Grype("Negligible"), Low },
            { Scans.Grype("Unknown"), Critical },
            { Scans.Grype("High", "ignoredMatches"), High },
            { Scans.Snyk("low"), Low },
            { Scans.Snyk("high", "applications"), High },
            { Scans.Snyk("high", "filtered"), High },
        };

    [Theory]
    [MemberData(nameof(Rated))]
    public void Each_scanner_s_severities_are_read_and_the_unknown_counts_as_the_worst(
        string json,
        VulnerabilitySeverity severity
    ) => Scans.SeverityOf(json).ShouldBe(severity);

    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8)]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9)]
    [InlineData("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", 2.4)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", null)]
    [InlineData("CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", null)]
    [InlineData("AV:N/AC:L/Au:N/C:P/I:P/A:P", null)]
    public void A_vector_of_CVSS_3_is_worth_what_the_standard_says(string vector, double? score) =>
        CvssVector.Score(vector).ShouldBe(score);

    [Fact]
    public void An_image_with_findings_below_the_threshold_passes() =>
        Scans.Judge(Scans.Trivy("MEDIUM")).Faults.ShouldBeEmpty();

    [Fact]
    public void A_finding_from_the_threshold_on_is_named_with_its_package()
    {
        var judged = Scans.Judge(Scans.Trivy());
        judged.Faults.ShouldHaveSingleItem().ShouldContain("CVE-2026-1000 (high, libssl3@3.0.1)");
        Scans.Judge(Scans.Trivy(), Scans.Terms with { Fail = Critical }).Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_finding_is_borne_by_its_name_or_all_its_aliases_and_until_the_day_that_is_said()
    {
        Scans.Judge(Scans.Trivy(), Bearing("CVE-2026-1000")).Faults.ShouldBeEmpty();
        Scans.Judge(Scans.Grype(), Bearing("CVE-2026-1000")).Faults.ShouldBeEmpty();
        Scans.Judge(Scans.GrypeSarif(), Bearing("CVE-2026-1000")).Faults.ShouldBeEmpty();
        Scans.Judge(Scans.Snyk(), Bearing("SNYK-DEBIAN13-OPENSSL-1")).Faults.ShouldBeEmpty();
        Scans.Judge(Scans.Trivy(), Bearing("CVE-2026-100")).Faults.ShouldNotBeEmpty();
        var two = Scans
            .Snyk()
            .Replace("[\"CVE-2026-1000\"]", "[\"CVE-2026-1000\", \"CVE-2026-2000\"]", StringComparison.Ordinal);
        Scans.Judge(two, Bearing("CVE-2026-1000")).Faults.ShouldNotBeEmpty();
        Scans.Judge(Scans.Trivy(), Bearing("CVE-2026-1000", 21)).Faults[1].ShouldContain("was borne until 2026-11-21");
    }

    [Fact]
    public void A_scan_is_of_that_very_image()
    {
        Scans
            .Judge(Scans.TrivySarif("1.0", "LOW", digest: Scans.Other))
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("another image");
        // The digest of the configuration is no name of the image.
        var byId = Scans.Trivy("LOW").Replace(Scans.Digest, "", StringComparison.Ordinal);
        ImageJudgement
            .Of(Scans.Read(byId), Scans.Terms, Scans.Other, Scans.Now)
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("doesn't say by digest");
    }

    [Fact]
    public void Two_runs_of_which_one_is_of_another_image_are_no_scan_of_this_one()
    {
        var (one, two) = (Scans.TrivySarif("1.0", "LOW"), Scans.TrivySarif("1.0", "LOW", digest: Scans.Other));
        var start = two.IndexOf('[', StringComparison.Ordinal) + 1;
        var run = two[start..two.LastIndexOf(']')];
        var both = one.Insert(one.LastIndexOf(']'), "," + run);
        Scans.Judge(both).Faults.ShouldHaveSingleItem().ShouldContain("another image");
    }

    [Fact]
    public void A_scan_is_neither_old_nor_yet_to_come_nor_of_no_day()
    {
        Scans
            .Judge(Scans.Trivy("LOW", "2026-11-14T10:00:00Z"))
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("longer ago than 7 days");
        Scans
            .Judge(Scans.Trivy("LOW", "2026-11-23T10:00:00Z"))
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("yet to come");
        Scans.Judge(Scans.Snyk("low"), Scans.Terms).Faults.ShouldHaveSingleItem().ShouldContain("doesn't say when");
        // What the file says comes before what the manifest says.
        Scans
            .Judge(Scans.Trivy("LOW", "2026-11-01T10:00:00Z"), Scans.Terms with { Made = new DateOnly(2026, 11, 22) })
            .Faults.ShouldHaveSingleItem();
    }

    [Fact]
    public void An_image_that_nobody_looked_into_is_no_image_for_an_agent()
    {
        var run = new RunSection { Isolation = IsolationKind.Oci, Image = $"localhost/agent@{Scans.Digest}" };
        ImageJudgement.Of(run, "/", Scans.Now)!.Faults.ShouldHaveSingleItem().ShouldContain("names no `scan`");
        ImageJudgement
            .Of(run with { Scan = Scans.Terms }, "/nowhere", Scans.Now)!
            .Faults[0]
            .ShouldContain("doesn't exist");
        ImageJudgement.Of(new RunSection(), "/", Scans.Now).ShouldBeNull();
    }

    private static ImageScanTerms Bearing(string name, int day = 30) =>
        Scans.Terms with
        {
            Made = new DateOnly(2026, 11, 22),
            Ignore = ImmutableSortedDictionary<string, ImageScanWaiver>.Empty.Add(
                name,
                new ImageScanWaiver(new DateOnly(2026, 11, day), "not reachable")
            ),
        };

    private static string WithoutScore(string level) =>
        Scans.GrypeSarif(level: level).Replace("\"security-severity\": \"9.8\"", "", StringComparison.Ordinal);
}
