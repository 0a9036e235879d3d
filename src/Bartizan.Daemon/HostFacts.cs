using System.Collections.Immutable;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Oci;

namespace Bartizan.Daemon;

/// <summary>What this host gives, for <c>doctor</c>: facts by name, what is missing, what is weaker than could be.</summary>
public sealed record HostFacts(
    ImmutableArray<KeyValuePair<string, string>> Facts,
    ImmutableArray<string> Missing,
    ImmutableArray<string> Weaker
)
{
    /// <summary>Asks the host.</summary>
    public static HostFacts Gather()
    {
        var report = new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System).Probe();
        return new HostFacts(
            [
                Fact("kernel", $"{report.Kernel} {report.Architecture}"),
                Fact(
                    "user",
                    report.Root
                        ? "root; each sandbox gets a host user of its own"
                        : "not root; sandboxes share this user"
                ),
                Fact("user namespaces", report.UserNamespaces ? "yes" : "no"),
                Fact(
                    "bubblewrap",
                    report.BubblewrapVersion.Length == 0
                        ? "not installed"
                        : $"{report.BubblewrapVersion} at {report.BubblewrapPath}"
                ),
                Fact("containers", ContainersOf(new OciBackend(new OciOptions(), TimeProvider.System).Probe())),
                Fact("landlock", report.LandlockAbi == 0 ? "no" : $"ABI {report.LandlockAbi}"),
                Fact("seccomp", report.Seccomp ? "yes" : "no"),
                Fact("captured", report.Uncaptured.Length == 0 ? "every TCP port" : "ports 80 and 443"),
                Fact("limits", report.Limits.ToString()),
                Fact("pause", report.Pause.ToString()),
                Fact("kvm", File.Exists("/dev/kvm") ? "present; a microVM backend is not offered" : "no"),
            ],
            report.Missing,
            report.Weaker
        );
    }

    private static string ContainersOf(HostReport report) =>
        report.Missing.IsEmpty
            ? string.Join(
                "; ",
                [
                    report.Engine,
                    .. report.Weaker.Where(static text =>
                        text.StartsWith(OciBackend.CantUse, StringComparison.Ordinal)
                    ),
                ]
            )
            : "no: " + string.Join(' ', report.Missing);

    private static KeyValuePair<string, string> Fact(string name, string value) => KeyValuePair.Create(name, value);
}
