using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Native;
using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox;

/// <summary>Looks at this host: what isolation it gives, by trying it rather than by believing settings.</summary>
public static class SandboxHost
{
    private const int LandlockVersionFlag = 1;

    /// <summary>The first ABI that keeps signals and abstract sockets inside.</summary>
    private const int LandlockScopes = 6;

    private static readonly Version FixedLinksVersion = new(0, 12, 0);
    private static readonly string[] BubblewrapPlaces = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"];

    /// <summary>Probes the host with the usual options.</summary>
    public static HostReport Probe() =>
        ProbeAsync(CgroupHost.Discover(), new BubblewrapOptions(), CancellationToken.None).GetAwaiter().GetResult();

    internal static async Task<HostReport> ProbeAsync(
        CgroupHost cgroups,
        BubblewrapOptions options,
        CancellationToken cancellationToken
    )
    {
        var root = Libc.geteuid() == 0;
        var path = BubblewrapPlaces.FirstOrDefault(File.Exists) ?? "";
        var version = path.Length == 0 ? "" : await VersionAsync(path, cancellationToken).ConfigureAwait(false);
        var report = new HostReport
        {
            Root = root,
            Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            Architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            BubblewrapPath = path,
            BubblewrapVersion = version,
            BubblewrapSetuid = path.Length > 0 && File.GetUnixFileMode(path).HasFlag(UnixFileMode.SetUser),
            UserNamespaces =
                path.Length > 0
                && File.Exists(HelperBinary.Path)
                && await CanUnshareAsync(path, root ? options.FirstHostUser : null, cancellationToken)
                    .ConfigureAwait(false),
            LandlockAbi = Math.Max(0, (int)Libc.syscall(Libc.SysLandlockCreateRuleset, 0, 0, LandlockVersionFlag, 0)),
            Seccomp = HasSeccomp(),
            Uncaptured = await UncapturedAsync(cancellationToken).ConfigureAwait(false),
            Limits = cgroups.Tier,
            Pause = cgroups.Pause,
            Missing = [],
            Weaker = [],
        };
        return report with { Missing = MissingOf(report), Weaker = WeakerOf(report) };
    }

    private static ImmutableArray<string> MissingOf(HostReport report) =>
        [.. MissingHelper(), .. MissingBubblewrap(report), .. MissingKernel(report)];

    /// <summary>What every backend needs of the program and the kernel.</summary>
    internal static ImmutableArray<string> MissingBelow(HostReport report) =>
        [.. MissingHelper(), .. MissingKernel(report)];

    private static IEnumerable<string> MissingHelper()
    {
        if (!File.Exists(HelperBinary.Path))
        {
            yield return $"The sandbox helper is missing at `{HelperBinary.Path}`: build again on a host with a C compiler.";
        }
    }

    private static IEnumerable<string> MissingBubblewrap(HostReport report)
    {
        if (report.BubblewrapPath.Length == 0)
        {
            yield return "Bubblewrap is not installed: install the package `bubblewrap`.";
        }
        else if (report.BubblewrapSetuid)
        {
            yield return $"`{report.BubblewrapPath}` is setuid, which is refused (CVE-2026-41163): remove the bit with "
                + "`chmod u-s`.";
        }
        else if (!report.UserNamespaces)
        {
            yield return "User namespaces don't work here: allow them (`kernel.unprivileged_userns_clone`, "
                + "`user.max_user_namespaces`, AppArmor's `kernel.apparmor_restrict_unprivileged_userns`), or give a "
                + "container the rights that docs name.";
        }
    }

    private static IEnumerable<string> MissingKernel(HostReport report)
    {
        if (report.LandlockAbi == 0)
        {
            yield return "The kernel has no Landlock: boot with `lsm=landlock,…` on Linux 5.13 or newer.";
        }

        if (!report.Seccomp)
        {
            yield return "The kernel has no seccomp filters: use one built with CONFIG_SECCOMP_FILTER.";
        }

        if (SyscallTable.For(RuntimeInformation.ProcessArchitecture) is null)
        {
            yield return $"There is no seccomp table for `{report.Architecture}`: use x64 or arm64.";
        }
    }

    private static ImmutableArray<string> WeakerOf(HostReport report)
    {
        var weaker = ImmutableArray.CreateBuilder<string>();
        if (report.LandlockAbi is > 0 and < LandlockScopes)
        {
            weaker.Add(
                $"Landlock has ABI {report.LandlockAbi}: before 6 it does not keep signals and abstract sockets inside "
                    + "(the namespaces do)."
            );
        }

        if (report.Uncaptured.Length > 0)
        {
            weaker.Add(
                $"Programs that know no proxy are captured on ports 80 and 443 only ({report.Uncaptured}): load the kernel's "
                    + "modules `nf_tables` and `nft_tproxy`."
            );
        }

        if (report.Limits == LimitTier.Rlimits)
        {
            weaker.Add(
                "No cgroups can be made here: memory is limited for each process, not for all of a session together."
            );
        }

        if (report.Pause == PauseTier.Stop)
        {
            weaker.Add("There is no freezer: a pause stops processes one by one.");
        }

        if (Version.TryParse(report.BubblewrapVersion, out var version) && version < FixedLinksVersion)
        {
            weaker.Add(
                $"Bubblewrap {report.BubblewrapVersion} has CVE-2026-87766, which does not apply: nothing is mounted below "
                    + "what an agent can write."
            );
        }

        return weaker.ToImmutable();
    }

    private static bool HasSeccomp()
    {
        const string actions = "/proc/sys/kernel/seccomp/actions_avail";
        return File.Exists(actions)
            && File.ReadAllText(actions).Split().Intersect(["kill_process", "errno", "allow"]).Count() == 3;
    }

    private static async Task<string> VersionAsync(string path, CancellationToken cancellationToken)
    {
        var (code, output) = await RunAsync(path, ["--version"], null, cancellationToken).ConfigureAwait(false);
        return code == 0 ? output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1].Trim() : "";
    }

    // The way an agent goes, as short as it can be: to the host user, then all namespaces.
    private static async Task<bool> CanUnshareAsync(string path, int? user, CancellationToken cancellationToken)
    {
        List<string> words = user is { } id ? ["user", id.ToString(CultureInfo.InvariantCulture)] : [];
        words.AddRange(["exec", path, "--unshare-all", "--unshare-user", "--disable-userns"]);
        words.AddRange(["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]);
        using var spec = Descriptor.Sealed(Encoding.UTF8.GetBytes(string.Join('\0', words) + '\0'));
        var (code, _) = await RunAsync(HelperBinary.Path, ["launch"], spec, cancellationToken).ConfigureAwait(false);
        return code == 0;
    }

    private static async Task<string> UncapturedAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(HelperBinary.Path))
        {
            return "there is no helper";
        }

        var (code, said) = await RunAsync(HelperBinary.Path, ["capture"], null, cancellationToken)
            .ConfigureAwait(false);
        return code == 0 ? "" : said.Trim();
    }

    internal static async Task<(int Code, string Output)> RunAsync(
        string file,
        string[] arguments,
        Descriptor? spec,
        CancellationToken cancellationToken,
        bool withErrors = true,
        IReadOnlyList<(Descriptor, int)>? more = null
    )
    {
        var (reader, writer) = Descriptor.Pipe();
        using var output = new DescriptorStream(reader, readable: true);
        using var nothing = Descriptor.Open("/dev/null", Libc.O_RDWR);
        List<(Descriptor, int)> descriptors = [(nothing, 0), (writer, 1), (withErrors ? writer : nothing, 2)];
        if (spec is not null)
        {
            descriptors.Add((spec, LaunchDescriptors.LaunchSpec));
        }

        descriptors.AddRange(more ?? []);
        using var child = await Spawner.SpawnAsync(file, arguments, descriptors).ConfigureAwait(false);
        writer.Dispose();
        using var text = new StreamReader(output);
        var said = await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        var (code, _) = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (code, said);
    }
}
