using System.Text;
using Bartizan.Posture.Images;

namespace Bartizan.Posture.Tests.Images.Attacks;

/// <summary>A file that wants to be taken for a scan without findings, or to be too much to read.</summary>
public sealed class HostileScanTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<string, string> Bad { get; } =
        new()
        {
            { "", "no JSON" },
            { "[]", "holds no scan" },
            { "{}", "no format that is known" },
            { "null", "no format that is known" },
            { "[1]", "no result of `snyk container test" },
            { """{"runs": [], "version": "2.1.0"}""", "holds no scan" },
            { """{"runs": [{}], "version": "2.1.0"}""", "no scanner of images" },
            { """{"runs": [{}], "version": "2.0.0"}""", "no SARIF of version 2.1.0" },
            { """{"runs": {}, "version": "2.1.0"}""", "`runs` that isn't a list" },
            {
                """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"ESLint"}},"results":[]}]}""",
                "no scanner of images"
            },
            { """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy"}}}]}""", "a run without results" },
            {
                """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy"}},"results":null}]}""",
                "a run without results"
            },
            {
                """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy"}},"results":[],"invocations":[{"executionSuccessful":false}]}]}""",
                "a run that failed"
            },
            { """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}""", "nothing was looked for" },
            { """{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":null}""", "nothing was looked for" },
            { """{"bomFormat":"CycloneDX","specVersion":"9.9","vulnerabilities":[]}""", "no CycloneDX of version" },
            { """{"SchemaVersion":2,"ArtifactType":"filesystem","Results":[]}""", "no report of Trivy" },
            { """{"SchemaVersion":2,"ArtifactType":"container_image"}""", "recognised nothing" },
            { """{"matches":[],"descriptor":{"name":"grype"},"source":{"type":"directory"}}""", "no report of Grype" },
            { """{"vulnerabilities":[],"error":"no access","docker":{}}""", "no result of `snyk container test" },
            // Two members of one name: readers differ in which of them counts.
            {
                """{"SchemaVersion":2,"ArtifactType":"container_image","Results":[{"Vulnerabilities":[]}],"Results":[]}""",
                "no JSON"
            },
            {
                """{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":"\ud800"}]}""",
                "`id` that isn't text"
            },
        };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_not_understood_is_never_an_image_without_findings(string json, string says)
    {
        var read = Scans.Read(json);
        read.Scans.ShouldBeEmpty();
        read.Problem.ShouldNotBeNull().ShouldContain(says);
        Scans.Judge(json).Faults.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_file_does_not_excuse_its_own_findings()
    {
        var suppressed = Scans
            .TrivySarif()
            .Replace(
                "\"ruleIndex\": 0,",
                "\"ruleIndex\": 0, \"suppressions\": [{ \"kind\": \"external\" }],",
                StringComparison.Ordinal
            );
        Scans.Judge(suppressed).Faults.ShouldHaveSingleItem();
        // CycloneDX' own word that it doesn't matter stands in the sample.
        Scans.Judge(Scans.CycloneDx("""{ "severity": "high" }""")).Faults.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_result_with_a_rule_of_another_name_is_not_rated_by_its_place_in_the_list()
    {
        var json = Scans
            .TrivySarif("1.0", "LOW", "note")
            .Replace("\"ruleId\": \"CVE-2026-1000\"", "\"ruleId\": \"CVE-2026-9\"", StringComparison.Ordinal);
        // Of its own it says `note`, and nothing else.
        Scans.SeverityOf(json).ShouldBe(Core.Manifests.VulnerabilitySeverity.Low);
        Scans
            .SeverityOf(json.Replace("\"level\": \"note\"", "\"level\": \"none\"", StringComparison.Ordinal))
            .ShouldBe(Core.Manifests.VulnerabilitySeverity.Critical);
    }

    [Fact]
    public void Names_in_a_scan_write_nothing_on_a_terminal()
    {
        var json = Scans.Trivy().Replace("CVE-2026-1000", "CVE\\u001b[2J\\r\\nimage: valid", StringComparison.Ordinal);
        var said = string.Concat(Scans.Judge(json).Faults);
        said.ShouldContain("CVE?[2J??image:?valid");
        said.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void Deep_nesting_and_many_findings_end_the_reading()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        Scans.Read($$"""{"runs": {{deep}}, "version": "2.1.0"}""").Problem.ShouldNotBeNull().ShouldContain("deep");
        var many = string.Join(
            ',',
            Enumerable.Repeat("""{"VulnerabilityID":"A","Severity":"LOW"}""", ImageScanFile.MaxFindings + 1)
        );
        Scans
            .Read(
                $$"""{"SchemaVersion":2,"ArtifactType":"container_image","Results":[{"Vulnerabilities":[{{many}}]}]}"""
            )
            .Problem.ShouldNotBeNull()
            .ShouldContain("findings");
    }

    [Fact]
    public void A_hundred_megabytes_are_not_read()
    {
        var path = Path.Combine(_folder, "scan.json");
        using (var file = File.Create(path))
        {
            file.SetLength(100 << 20);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        ImageScanFile.Read(path).Problem.ShouldBe("`scan.json` is larger than 32 MiB");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void What_never_ends_is_not_read()
    {
        ImageScanFile.Read("/dev/zero").Problem.ShouldNotBeNull().ShouldContain("no file");
        ImageScanFile.Read(_folder).Problem.ShouldNotBeNull();
        File.WriteAllBytes(Path.Combine(_folder, "empty"), []);
        ImageScanFile.Read(Path.Combine(_folder, "empty")).Problem.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("CVE-2026-1000")]
    [InlineData("GHSA-1")]
    public void Pieces_of_a_valid_scan_are_never_a_clean_one(string name)
    {
        var whole = Encoding.UTF8.GetBytes(
            Scans.Trivy("CRITICAL").Replace("CVE-2026-1000", name, StringComparison.Ordinal)
        );
        for (var length = 0; length < whole.Length - 1; length++)
        {
            ImageScanFile.Parse("scan.json", whole.AsMemory(0, length)).Problem.ShouldNotBeNull();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
