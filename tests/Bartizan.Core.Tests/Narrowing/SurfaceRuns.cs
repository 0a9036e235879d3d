using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>How an agent is started and what is asked of its image, and what of it is compared.</summary>
internal static class SurfaceRuns
{
    private static readonly DateOnly _day = new(2026, 12, 1);

    public static Type[] Types { get; } = [typeof(ImageScanTerms), typeof(ImageScanWaiver)];

    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal)
        {
            ["RunSection.Command"] = "what is run is bounded by the sandbox and the rules, not by its name",
            ["RunSection.Client"] = "as the command",
            ["RunSection.Variables"] = "the operator's own words to the process; credentials are compared apart",
            ["RunSection.ToolsByProcess"] = "the same calls reach the same tool gateway",
            ["RunSection.Claims"] = "what the agent says of itself is recorded as its claim; it gains no power by it",
            ["ImageScanTerms.File"] = "evidence, which is judged before each start; nothing in it gives a power",
            ["ImageScanWaiver.Why"] = "a text for people",
        };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["RunSection.WorkspacePath"] = m => m with { Run = m.Run! with { WorkspacePath = ".." } },
            ["RunSection.WorkspaceMode"] = m =>
                m with
                {
                    Run = m.Run! with { WorkspaceMode = WorkspaceMode.ReadWrite },
                },
            ["RunSection.Seen"] = m => m with { Run = m.Run! with { Seen = SeenKind.Programs } },
            ["RunSection.Isolation"] = m => m with { Run = m.Run! with { Isolation = IsolationKind.Oci } },
            ["RunSection.Image"] = m => m with { Run = m.Run! with { Image = "a@sha256:0" } },
            ["RunSection.Mounts"] = m => m with { Run = m.Run! with { Mounts = ["/opt"] } },
            ["RunSection.Scan"] = m => m with { Run = m.Run! with { Scan = null } },
            ["ImageScanTerms.Fail"] = m => Changed(m, s => s with { Fail = VulnerabilitySeverity.Critical }),
            ["ImageScanTerms.MaxAge"] = m => Changed(m, s => s with { MaxAge = TimeSpan.FromDays(8) }),
            ["ImageScanTerms.Made"] = m => Changed(m, s => s with { Made = _day.AddDays(1) }),
            ["ImageScanTerms.Ignore"] = m =>
                Changed(m, s => s with { Ignore = s.Ignore.Add("CVE-2026-2", new ImageScanWaiver(_day, "a test")) }),
            ["ImageScanWaiver.Until"] = m =>
                Changed(
                    m,
                    s =>
                        s with
                        {
                            Ignore = s.Ignore.SetItem("CVE-2026-1", new ImageScanWaiver(_day.AddDays(1), "a test")),
                        }
                ),
        };

    public static ImageScanTerms Some() =>
        new()
        {
            File = "scan.json",
            Made = _day,
            Ignore = ImmutableSortedDictionary<string, ImageScanWaiver>.Empty.Add(
                "CVE-2026-1",
                new ImageScanWaiver(_day, "a test")
            ),
        };

    private static Manifest Changed(Manifest m, Func<ImageScanTerms, ImageScanTerms> other) =>
        m with
        {
            Run = m.Run! with { Scan = other(m.Run!.Scan!) },
        };
}
