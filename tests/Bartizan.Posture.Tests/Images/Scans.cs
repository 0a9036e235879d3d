using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Images;

namespace Bartizan.Posture.Tests.Images;

/// <summary>Files as the scanners write them, by hand, cut to what counts.</summary>
internal static class Scans
{
    public const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    public const string Digest = "sha256:" + Hex;
    public const string Other = "sha256:ffffffffabcdef0123456789abcdef0123456789abcdef0123456789abcdef01";

    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static ImageScanTerms Terms { get; } = new() { File = "scan.json" };

    /// <summary>Trivy's SARIF: scores in the rules' properties, the image in the run's.</summary>
    public static string TrivySarif(
        string score = "7.5",
        string word = "HIGH",
        string level = "error",
        string digest = Digest
    ) =>
        $$"""
            {
              "version": "2.1.0",
              "$schema": "https://json.schemastore.org/sarif-2.1.0-rtm.5.json",
              "runs": [{
                "tool": { "driver": { "fullName": "Trivy Vulnerability Scanner", "name": "Trivy", "version": "0.66.0", "rules": [{
                  "id": "CVE-2026-1000",
                  "name": "OsPackageVulnerability",
                  "defaultConfiguration": { "level": "{{level}}" },
                  "properties": { "precision": "very-high", "security-severity": "{{score}}",
                    "tags": ["vulnerability", "security", "{{word}}"] } }] } },
                "results": [{ "ruleId": "CVE-2026-1000", "ruleIndex": 0, "level": "{{level}}",
                  "message": { "text": "Package: libssl3" },
                  "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "agent", "uriBaseId": "ROOTPATH" } },
                    "message": { "text": "agent: libssl3@3.0.1" } }] }],
                "columnKind": "utf16CodeUnits",
                "properties": { "imageID": "{{Other}}", "imageName": "localhost/agent",
                  "repoDigests": ["localhost/agent@{{digest}}"], "repoTags": null }
              }]
            }
            """;

    /// <summary>Grype's SARIF: the image stands in each result's place; a rule is of one finding in one package.</summary>
    public static string GrypeSarif(string score = "9.8", string level = "error") =>
        $$"""
            {
              "version": "2.1.0",
              "runs": [{
                "tool": { "driver": { "name": "Grype", "version": "0.100.0", "rules": [{
                  "id": "CVE-2026-1000-libssl3", "properties": { "security-severity": "{{score}}" } }] } },
                "results": [{ "ruleId": "CVE-2026-1000-libssl3", "level": "{{level}}",
                  "message": { "text": "A {{level}} vulnerability in deb package: libssl3" },
                  "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "image//var/lib/dpkg/status" } },
                    "logicalLocations": [{ "fullyQualifiedName": "localhost/agent@{{Digest}}:/var/lib/dpkg/status" }] }] }]
              }]
            }
            """;

    /// <summary>CycloneDX as Trivy writes it; ratings by several sources.</summary>
    public static string CycloneDx(string ratings, string version = "1.6", string digest = Digest) =>
        $$"""
            {
              "bomFormat": "CycloneDX", "specVersion": "{{version}}", "version": 1,
              "metadata": { "timestamp": "2026-11-22T10:00:00+00:00",
                "tools": { "components": [{ "type": "application", "group": "aquasecurity", "name": "trivy" }] },
                "component": { "type": "container", "name": "localhost/agent",
                  "purl": "pkg:oci/agent@{{digest.Replace(":", "%3A", StringComparison.Ordinal)}}?arch=amd64" } },
              "components": [],
              "vulnerabilities": [{ "id": "CVE-2026-1000", "source": { "name": "debian" }, "ratings": [{{ratings}}],
                "analysis": { "state": "not_affected" },
                "affects": [{ "ref": "pkg:deb/debian/libssl3@3.0.1" }] }]
            }
            """;

    /// <summary>Trivy's own JSON.</summary>
    public static string Trivy(string severity = "HIGH", string created = "2026-11-22T10:00:00.123456789Z") =>
        $$"""
            {
              "SchemaVersion": 2, "CreatedAt": "{{created}}", "ArtifactName": "localhost/agent", "ArtifactType": "container_image",
              "Metadata": { "ImageID": "{{Other}}", "RepoDigests": ["localhost/agent@{{Digest}}"] },
              "Results": [{ "Target": "localhost/agent (debian 13)", "Class": "os-pkgs", "Type": "debian",
                "Vulnerabilities": [{ "VulnerabilityID": "CVE-2026-1000", "PkgName": "libssl3", "InstalledVersion": "3.0.1",
                  "Severity": "{{severity}}" }] }]
            }
            """;

    /// <summary>Grype's own JSON.</summary>
    public static string Grype(string severity = "High", string matches = "matches") =>
        $$"""
            {
              {{(matches == "matches" ? "" : "\"matches\": [],")}}
              "{{matches}}": [{
                "vulnerability": { "id": "GHSA-aaaa-bbbb-cccc", "severity": "{{severity}}", "cvss": [] },
                "relatedVulnerabilities": [{ "id": "CVE-2026-1000" }],
                "artifact": { "name": "libssl3", "version": "3.0.1", "type": "deb" } }],
              "source": { "type": "image", "target": { "userInput": "localhost/agent", "imageID": "{{Other}}",
                "manifestDigest": "{{Digest}}", "repoDigests": [] } },
              "descriptor": { "name": "grype", "version": "0.100.0", "timestamp": "2026-11-22T10:00:00Z" }
            }
            """;

    /// <summary>Snyk's own JSON: one result of an operating system, applications below it.</summary>
    public static string Snyk(string severity = "high", string part = "vulnerabilities") =>
        $$"""
            {
              {{(part == "vulnerabilities" ? "" : "\"vulnerabilities\": [],")}}
              "{{(part == "filtered" ? "filtered\": { \"ignore" : part)}}": [{{(
                part == "applications" ? "{ \"vulnerabilities\": [" : ""
            )}}{
                "id": "SNYK-DEBIAN13-OPENSSL-1", "severity": "{{severity}}", "cvssScore": 7.5, "packageName": "openssl",
                "version": "3.0.1", "identifiers": { "CVE": ["CVE-2026-1000"], "CWE": ["CWE-1"] } }
                {{(part == "applications" ? "] }" : "")}}]{{(part == "filtered" ? "}" : "")}},
              "ok": false, "docker": {}, "packageManager": "deb", "projectName": "docker-image|agent",
              "path": "localhost/agent@{{Digest}}"
            }
            """;

    public static ImageScanRead Read(string json) => ImageScanFile.Parse("scan.json", Encoding.UTF8.GetBytes(json));

    public static ImageJudgement Judge(string json, ImageScanTerms? terms = null) =>
        ImageJudgement.Of(Read(json), terms ?? Terms with { Made = new DateOnly(2026, 11, 22) }, Digest, Now);

    public static VulnerabilitySeverity SeverityOf(string json)
    {
        var read = Read(json);
        read.Problem.ShouldBeNull();
        return read.Scans.ShouldHaveSingleItem().Findings.ShouldHaveSingleItem().Severity;
    }
}
