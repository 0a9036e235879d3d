using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Oci;

/// <summary>The engine's arguments. Nothing of the plan stands in them: the engine keeps them, and others can read them.</summary>
internal static class OciArguments
{
    /// <summary>What engine and runtime mount on and an image may lack, as words of the engine applet.</summary>
    public static ImmutableArray<string> MountPoints { get; } =
    [
        .. ((string[])["/proc", "/sys", "/dev"]).SelectMany(static path => (string[])["directory", path]),
        .. ((string[])["/etc/resolv.conf", "/etc/hostname", "/run/.containerenv"]).SelectMany(static path =>
            (string[])["place", path]
        ),
    ];

    /// <summary>The arguments that run a session's container over a root that is put together at <paramref name="tree"/>.</summary>
    public static ImmutableArray<string> Run(
        ContainerEngine engine,
        SessionId session,
        string tree,
        HostIds ids,
        long processes,
        int preserved
    )
    {
        var (agent, nproc) = (Text(SandboxPaths.AgentId), Text(processes + OwnProcesses));
        var files = Text(Launch.OpenFiles);
        return
        [
            "--runtime",
            engine.Runtime,
            "--cgroup-manager",
            "cgroupfs",
            "run",
            "--rm",
            "--name",
            ContainerEngine.NameOf(session),
            "--label",
            $"bartizan.session={session}",
            "--log-driver",
            "none",
            .. preserved > 0 ? ["--preserve-fds", Text(preserved)] : ImmutableArray<string>.Empty,
            "--network",
            "none",
            "--no-hosts",
            "--http-proxy=false",
            "--passwd=false",
            "--systemd=false",
            "--hostname",
            "sandbox",
            "--pid",
            "private",
            "--ipc",
            "private",
            "--uts",
            "private",
            "--cgroupns",
            "private",
            "--uidmap",
            $"0:{Text(ids.Root)}:1",
            "--uidmap",
            $"{agent}:{Text(ids.Agent)}:1",
            "--gidmap",
            $"0:{Text(ids.Root)}:1",
            "--gidmap",
            $"{agent}:{Text(ids.Agent)}:1",
            "--user",
            $"{agent}:{agent}",
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop",
            "all",
            "--security-opt",
            "no-new-privileges",
            // Ours is loaded from inside, from the one table that bubblewrap's sandboxes have too: it doesn't depend on the host's.
            "--security-opt",
            "seccomp=unconfined",
            "--shm-size",
            Text(Launch.SharedMemoryBytes),
            "--ulimit",
            $"nofile={files}:{files}",
            "--ulimit",
            $"nproc={nproc}:{nproc}",
            "--ulimit",
            "core=0:0",
            // Else the engine mounts the host's own over them.
            "--volume",
            $"{tree}/root/etc/resolv.conf:/etc/resolv.conf:ro",
            "--volume",
            $"{tree}/root/etc/hostname:/etc/hostname:ro",
            "--rootfs",
            tree + "/root",
            SandboxPaths.Helper,
            .. preserved > 0 ? ["shim"] : ImmutableArray<string>.Empty,
        ];
    }

    /// <summary>The runtime's first process and its init, beside the agent's.</summary>
    private const int OwnProcesses = 8;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
