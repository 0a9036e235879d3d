using System.Collections.Immutable;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// The attempts that the probe applet makes inside, with the layer that must stop each. An id that stands here and has no
/// line in the applet's output is inconclusive: leaving an attempt out can't make the test pass.
/// </summary>
internal static class AttemptCatalogue
{
    /// <summary>One of them.</summary>
    /// <param name="Id">Its name, the same as in the applet.</param>
    /// <param name="Layer">What must stop it.</param>
    /// <param name="Canary">
    /// True when the self-test itself puts there what is attacked, or any Linux has it: its control must succeed.
    /// </param>
    internal sealed record Row(string Id, string Layer, bool Canary = false);

    /// <summary>
    /// Beside the reference's: a layer that another one stands behind is looked at by itself, so that its loss shows.
    /// </summary>
    internal static ImmutableArray<Row> Layers { get; } = [new("layer.landlock", "Landlock", Canary: true)];

    /// <summary>All of them, in the reference's order.</summary>
    internal static ImmutableArray<Row> InSandbox { get; } =
    [
        new("fs.read_host_shadow", "mount view"),
        new("fs.read_host_ssh_key", "mount view", Canary: true),
        new("fs.read_host_root_file", "mount view", Canary: true),
        new("fs.list_host_home", "mount view"),
        new("fs.write_root", "mount view, Landlock"),
        new("fs.write_usr", "mount view, Landlock"),
        new("fs.write_etc", "mount view, Landlock"),
        new("fs.write_bin_overwrite", "mount view, Landlock, host user"),
        new("fs.symlink_ws_to_shadow", "mount view"),
        new("fs.proc1_root", "Landlock, mount view", Canary: true),
        new("fs.proc_self_root_dotdot", "mount view", Canary: true),
        new("fs.open_tree", "seccomp, capabilities"),
        new("fs.fsopen", "seccomp, capabilities"),
        new("fs.mknod_blk", "Landlock, user namespace"),
        new("fs.name_to_handle_at", "seccomp, capabilities"),
        new("fs.open_by_handle_at", "seccomp, capabilities"),
        new("dev.open_vda", "minimal /dev"),
        new("dev.open_mem", "minimal /dev"),
        new("dev.open_kmsg", "minimal /dev"),
        new("dev.open_kvm", "minimal /dev"),
        new("dev.open_fuse", "minimal /dev"),
        new("dev.open_net_tun", "minimal /dev"),
        new("dev.open_vsock", "minimal /dev"),
        new("dev.open_loop-control", "minimal /dev"),
        new("proc.sys_write", "host user, Landlock"),
        new("proc.core_pattern_write", "host user, Landlock"),
        new("proc.sysrq", "PID namespace"),
        new("proc.kcore", "mount view"),
        new("proc.kallsyms_addrs", "capabilities"),
        new("proc.dmesg_syslog", "seccomp"),
        new("proc.pid1_environ_secret", "empty variables, Landlock", Canary: true),
        new("env.secret_in_own_env", "empty variables", Canary: true),
        new("proc.host_processes_visible", "PID namespace", Canary: true),
        new("proc.cmdline_host_paths", "hidden arguments", Canary: true),
        new("proc.mountinfo_host_paths", "staged workspace", Canary: true),
        new("proc.fds_inherited", "closed descriptors", Canary: true),
        new("sig.kill_host_pid", "PID namespace, Landlock", Canary: true),
        new("ptrace.attach_pid1", "seccomp, Landlock", Canary: true),
        new("ptrace.vm_readv_pid1", "seccomp, Landlock", Canary: true),
        new("ptrace.proc1_mem", "seccomp, Landlock", Canary: true),
        new("ptrace.pidfd_getfd_pid1", "seccomp, Landlock"),
        new("ns.unshare_user", "seccomp, user namespace", Canary: true),
        new("ns.unshare_mnt", "seccomp, user namespace", Canary: true),
        new("ns.unshare_net", "seccomp, user namespace", Canary: true),
        new("ns.clone3_newuser", "seccomp, user namespace"),
        new("ns.clone_newuser", "seccomp, user namespace", Canary: true),
        new("ns.setns_pid1_net", "seccomp, Landlock"),
        new("sys.bpf", "seccomp"),
        new("sys.perf_event_open", "seccomp"),
        new("sys.userfaultfd", "seccomp"),
        new("sys.io_uring_setup", "seccomp"),
        new("sys.keyctl_session", "seccomp"),
        new("sys.add_key", "seccomp"),
        new("sys.init_module", "seccomp"),
        new("sys.kexec_load", "seccomp"),
        new("sys.reboot_badmagic", "seccomp"),
        new("sys.settimeofday", "seccomp"),
        new("sys.iopl", "seccomp"),
        new("sys.modify_ldt", "seccomp"),
        new("sys.swapon", "seccomp"),
        new("sys.quotactl", "seccomp"),
        new("sys.fanotify_init", "seccomp"),
        new("sys.x32_abi", "seccomp"),
        new("sys.int80_32bit", "seccomp"),
        new("priv.setuid0", "user namespace"),
        new("priv.caps_effective", "capabilities", Canary: true),
        new("priv.no_new_privs_missing", "no_new_privs", Canary: true),
        new("priv.real_host_root_uid", "host user"),
        new("tty.tiocsti", "new session, seccomp"),
        new("net.tcp_host_loopback", "network namespace", Canary: true),
        new("net.tcp_host_eth0", "network namespace"),
        new("net.tcp_host_ipv6", "network namespace"),
        new("net.tcp_host_ipv6_global", "network namespace"),
        new("net.tcp_metadata", "network namespace"),
        new("net.tcp_gateway", "network namespace"),
        new("net.udp_dns_direct", "network namespace"),
        new("net.udp_host_eth0", "network namespace"),
        new("net.raw_icmp", "capabilities"),
        new("net.ping_dgram", "network namespace"),
        new("net.af_packet", "seccomp"),
        new("net.af_netlink", "seccomp"),
        new("net.af_vsock", "seccomp"),
        new("net.af_alg", "seccomp"),
        new("net.unix_socket_create", "seccomp", Canary: true),
        new("net.unix_abstract_host", "network namespace, Landlock", Canary: true),
        new("net.unix_path_host", "mount view", Canary: true),
        new("net.unix_socketpair_dgram_reconnect", "seccomp, mount view", Canary: true),
        new("net.io_uring_socket", "seccomp"),
        new("res.mem_512M", "limits (cgroup memory)"),
        new("res.fork_600", "limits (processes)", Canary: true),
        new("res.ws_write_300M", "limits (file size)", Canary: true),
        new("res.tmp_write_300M", "limits (sized tmpfs)", Canary: true),
        new("res.nofile_5000", "limits (descriptors)"),
        new("fs.mount_tmpfs", "seccomp, capabilities", Canary: true),
        new("fs.remount_rw_root", "seccomp, capabilities"),
        new("fs.umount_proc", "seccomp, capabilities"),
        new("fs.pivot_root", "seccomp, capabilities"),
        new("fs.chroot", "seccomp, capabilities", Canary: true),
        new("ptrace.traceme", "seccomp, Landlock", Canary: true),
        new("sys.sethostname", "seccomp"),
        new("sys.acct", "seccomp"),
    ];
}
