using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>Writes receipts: what was asked for, and what was seen from outside to be in force.</summary>
internal static class Receipts
{
    public static SandboxReceipt Of(
        SandboxPlan plan,
        HostReport host,
        SyscallFilter filter,
        int hostUser,
        IReadOnlyList<string> namespaces,
        bool ownUser
    ) =>
        new()
        {
            Session = plan.Id,
            Backend = "bubblewrap",
            BackendVersion = host.BubblewrapVersion,
            Kernel = host.Kernel,
            HostUser = hostUser,
            SeccompDigest = filter.Digest,
            LandlockAbi = host.LandlockAbi,
            Limits = host.Limits,
            Pause = host.Pause,
            Layers =
            [
                new("namespaces", "all", string.Join(' ', namespaces) + "; no further user namespaces"),
                new("host user", ownUser ? "of its own" : "the daemon's", $"{hostUser}, no capabilities, no_new_privs"),
                new(
                    "root",
                    "read-only tmpfs",
                    "host /usr read-only, generated /etc, sized /tmp, /home/agent, /dev/shm"
                ),
                new("landlock", $"abi {host.LandlockAbi}", "what the view shows, and nothing else"),
                new(
                    "seccomp",
                    "allow-list",
                    $"{filter.Program.Length} instructions, sha256 {filter.Digest}"
                        + (plan.MeetsNobody ? "; no Unix sockets but connected pairs" : "")
                ),
                new("seen", SeenOf(plan.Seen), SeenBy(plan.Seen)),
                new("limits", TierOf(host.Limits), LimitsOf(plan)),
                new("pause", host.Pause.ToString(), "how a pause holds processes"),
                new("network", plan.Network ? "loopback" : "none", plan.Network ? "seven listeners" : "no listener"),
            ],
            Mounts =
            [
                .. plan.Mounts.Select(static mount => new ReceiptMount(
                    mount.InsidePath,
                    mount.Kind,
                    mount.HostPath,
                    mount.Purpose
                )),
            ],
        };

    private static string TierOf(LimitTier tier) =>
        tier switch
        {
            LimitTier.CgroupV2 => "cgroup v2",
            LimitTier.CgroupV1 => "cgroup v1",
            _ => "rlimits",
        };

    private static string SeenOf(SeenKind seen) =>
        seen switch
        {
            SeenKind.All => "all",
            SeenKind.Programs => "programs",
            _ => "nothing",
        };

    private static string SeenBy(SeenKind seen) =>
        seen switch
        {
            SeenKind.All => "programs, writes, removals and reads, asked of a process outside by the kernel",
            SeenKind.Programs => "programs, asked of a process outside by the kernel",
            _ => "what happens inside is not told",
        };

    private static string LimitsOf(SandboxPlan plan) =>
        FormattableString.Invariant(
            $"cpu {plan.Limits.Cpu}, memory {plan.Limits.MemoryBytes}, processes {plan.Limits.Processes}, disk {plan.Limits.DiskBytes}"
        );
}
