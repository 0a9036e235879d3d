/* Attempts on other processes, on what /proc tells, and on the attempt's own privileges. */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef TIOCSTI
#define TIOCSTI 0x5412
#endif
#define PROC_BYTES 262144 /* an environment or mount table is far shorter */

static char room[PROC_BYTES];

static void opens(const char *path, int flags)
{
    if (open(path, flags | O_CLOEXEC) < 0)
        blocked_by(errno);
    opened("opened");
}

/* Opened for writing and not written: opening is the right that matters. */
static void write_sysctl(void) { opens("/proc/sys/kernel/hostname", O_RDWR); }
static void write_core_pattern(void) { opens("/proc/sys/kernel/core_pattern", O_RDWR); }
static void sysrq(void) { opens("/proc/sysrq-trigger", O_WRONLY); }
static void process_1_memory(void) { opens("/proc/1/mem", O_RDWR); }

static void kernel_core(void)
{
    if (read_file("/proc/kcore", room, 4) < 0)
        blocked_by(errno);
    opened("read kernel memory");
}

static void kernel_addresses(void)
{
    ssize_t n = read_file("/proc/kallsyms", room, 4096);
    if (n < 0)
        blocked_by(errno);
    room[n < 4095 ? n : 4095] = 0;
    if (strtoull(room, NULL, 16) == 0)
        blocked("zeroed");
    opened("addresses are shown");
}

static void kernel_messages(void)
{
    if (syscall(SYS_syslog, 3, room, 100) < 0)
        blocked_by(errno);
    opened("read");
}

static int contains(const char *path, const char *what)
{
    ssize_t n = read_file(path, room, sizeof room);
    if (n < 0)
        blocked_by(errno);
    return *what && memmem(room, (size_t)n, what, strlen(what)) != NULL;
}

static void process_1_environment(void)
{
    if (contains("/proc/1/environ", setting("secret-name")) || contains("/proc/1/environ", setting("inherited-name")))
        opened("the host's variables are in /proc/1/environ");
    blocked("not there");
}

static void own_environment(void)
{
    if (getenv(setting("secret-name")) || getenv(setting("inherited-name")))
        opened("inherited");
    blocked("not inherited");
}

static void host_processes(void)
{
    DIR *directory = opendir("/proc");
    if (!directory)
        blocked_by(errno);
    struct dirent *entry;
    const char *mark = setting("victim-mark");
    while ((entry = readdir(directory))) {
        char path[300];
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        ssize_t n = read_file(path, room, 4096);
        if (n > 0 && *mark && memmem(room, (size_t)n, mark, strlen(mark)))
            opened("saw a process of the host");
    }
    blocked("not visible");
}

static void command_line_paths(void)
{
    if (contains("/proc/1/cmdline", setting("workspace-on-host")) || contains("/proc/1/cmdline", setting("stage-on-host")))
        opened("a host path is in /proc/1/cmdline");
    blocked("hidden");
}

static void mount_table_paths(void)
{
    if (contains("/proc/self/mountinfo", setting("workspace-on-host")))
        opened("a host path is in mountinfo");
    blocked("hidden");
}

static void inherited_descriptors(void)
{
    /* Without /proc, which a layer may hide. */
    int found = 0, last = -1;
    for (int fd = 3; fd < 4096; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !(flags & FD_CLOEXEC)) { /* the applet's own are all close-on-exec */
            found++;
            last = fd;
        }
    }
    if (probe_outside && !found && dup(0) >= 0 && fcntl(3, F_GETFD) >= 0)
        opened("an added descriptor is seen");
    if (found)
        opened("%d inherited, the last is %d", found, last);
    blocked("only 0-2");
}

static void signal_host_process(void)
{
    if (kill((pid_t)number_setting("victim-pid", 0x3fffff), 0))
        blocked_by(errno);
    opened("signal 0 delivered");
}

static void attach_process_1(void)
{
    if (ptrace(PTRACE_ATTACH, 1, 0, 0))
        blocked_by(errno);
    int status;
    waitpid(1, &status, __WALL);
    ptrace(PTRACE_DETACH, 1, 0, 0);
    opened("attached");
}

static void read_process_1(void)
{
    char into[8];
    struct iovec local = {into, sizeof into}, remote = {(void *)0x400000, sizeof into};
    if (syscall(SYS_process_vm_readv, 1, &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT)
        opened("reached its memory");
    blocked_by(errno);
}

static void steal_descriptor(void)
{
    int process = (int)syscall(SYS_pidfd_open, 1, 0);
    if (process < 0)
        blocked_by(errno);
    if (syscall(SYS_pidfd_getfd, process, 1, 0) < 0)
        blocked_by(errno);
    opened("got a descriptor");
}

static void trace_me(void)
{
    if (ptrace(PTRACE_TRACEME, 0, 0, 0))
        blocked_by(errno);
    opened("traced");
}

static void unshares(int flag)
{
    if (unshare(flag))
        blocked_by(errno);
    opened("unshared");
}

static void unshare_user(void) { unshares(CLONE_NEWUSER); }
static void unshare_mount(void) { unshares(CLONE_NEWNS); }
static void unshare_net(void) { unshares(CLONE_NEWNET); }

static void cloned(long child)
{
    if (child == 0)
        _exit(0);
    if (child < 0)
        blocked_by(errno);
    waitpid((pid_t)child, NULL, __WALL);
    opened("cloned");
}

static void clone3_user(void)
{
    unsigned long long arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
    cloned(syscall(435, arguments, sizeof arguments));
}

static void clone_user(void) { cloned(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }

static void join_process_1_net(void)
{
    int fd = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET))
        blocked_by(errno);
    opened("joined");
}

static void become_root(void)
{
    if (setuid(0))
        blocked_by(errno);
    opened("uid 0");
}

/* The value of a line of /proc/self/status, or NULL. */
static const char *status_line(const char *name)
{
    ssize_t n = read_file("/proc/self/status", room, sizeof room - 1);
    if (n < 0)
        blocked_by(errno);
    room[n] = 0;
    char *at = strstr(room, name);
    return at ? at + strlen(name) : NULL;
}

static void capabilities(void)
{
    const char *value = status_line("CapEff:");
    if (!value)
        inconclusive("no CapEff");
    unsigned long long set = strtoull(value, NULL, 16);
    if (set)
        opened("%llx", set);
    blocked("none");
}

static void new_privileges(void)
{
    const char *value = status_line("NoNewPrivs:");
    if (value && atoi(value) == 1)
        blocked("nnp=1");
    opened("nnp=0");
}

/* Inside, nested user namespaces show the parent's number only: the host reads the real one and judges (H01). */
static void real_user(void)
{
    ssize_t n = read_file("/proc/self/uid_map", room, 255);
    if (n < 0)
        blocked_by(errno);
    room[n] = 0;
    long inside = -1, outside = -1;
    sscanf(room, "%ld %ld", &inside, &outside);
    if (probe_outside && getuid() == (uid_t)outside)
        opened("uid %ld", outside);
    blocked("uid %ld is %ld in the parent namespace", inside, outside);
}

static void push_input(void)
{
    if (probe_outside) { /* a terminal to attack: one's own */
        setsid();
        int host = posix_openpt(O_RDWR | O_NOCTTY);
        if (host < 0 || grantpt(host) || unlockpt(host))
            inconclusive("control: no terminal");
        int terminal = open(ptsname(host), O_RDWR);
        if (terminal < 0)
            inconclusive("control: no terminal");
        ioctl(terminal, TIOCSCTTY, 0);
    }
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, TIOCSTI, "x"))
        blocked_by(errno);
    opened("injected");
}

/* The first number of a process's id map: what its only user is called inside. */
static long mapped_id(int process, const char *map)
{
    char path[48], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/%s", process, map);
    return read_file(path, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : 0;
}

/*
 * From outside: one more user namespace below that of a sandbox's process, which seccomp would hide. Without a process's
 * number: below one's own, which nothing forbids. Prints "open" or an errno's name.
 */
int nest_main(int process)
{
    char path[48], room[24];
    if (process > 0) {
        snprintf(path, sizeof path, "/proc/%d/ns/user", process);
        int space = open(path, O_RDONLY | O_CLOEXEC);
        uid_t user = (uid_t)mapped_id(process, "uid_map");
        gid_t group = (gid_t)mapped_id(process, "gid_map");
        /* As the one who is mapped there: nobody else may make one below it. */
        if (space < 0 || setns(space, CLONE_NEWUSER) || setresgid(group, group, group) || setresuid(user, user, user)) {
            dprintf(1, "not entered: %s\n", errno_name(errno, room, sizeof room));
            return 0;
        }
    }
    dprintf(1, "%s\n", unshare(CLONE_NEWUSER) ? errno_name(errno, room, sizeof room) : "open");
    return 0;
}

const struct attempt process_attempts[] = {
    {"proc.sys_write", write_sysctl, CONTROL_CAGED, 0},
    {"proc.core_pattern_write", write_core_pattern, CONTROL_PLAIN, 0},
    {"proc.sysrq", sysrq, CONTROL_PLAIN, 0},
    {"proc.kcore", kernel_core, CONTROL_PLAIN, 0},
    {"proc.kallsyms_addrs", kernel_addresses, CONTROL_PLAIN, 0},
    {"proc.dmesg_syslog", kernel_messages, CONTROL_PLAIN, 0},
    {"proc.pid1_environ_secret", process_1_environment, CONTROL_CAGED, 0},
    {"env.secret_in_own_env", own_environment, CONTROL_PLAIN, 0},
    {"proc.host_processes_visible", host_processes, CONTROL_PLAIN, 0},
    {"proc.cmdline_host_paths", command_line_paths, CONTROL_CAGED, 0},
    {"proc.mountinfo_host_paths", mount_table_paths, CONTROL_CAGED, 0},
    {"proc.fds_inherited", inherited_descriptors, CONTROL_PLAIN, 0},
    {"sig.kill_host_pid", signal_host_process, CONTROL_PLAIN, 0},
    {"ptrace.attach_pid1", attach_process_1, CONTROL_CAGED, 0},
    {"ptrace.vm_readv_pid1", read_process_1, CONTROL_CAGED, 0},
    {"ptrace.proc1_mem", process_1_memory, CONTROL_CAGED, 0},
    {"ptrace.pidfd_getfd_pid1", steal_descriptor, CONTROL_CAGED, 0},
    {"ptrace.traceme", trace_me, CONTROL_CAGED, 0},
    {"ns.unshare_user", unshare_user, CONTROL_PLAIN, 0},
    {"ns.unshare_mnt", unshare_mount, CONTROL_CAGED, 0},
    {"ns.unshare_net", unshare_net, CONTROL_CAGED, 0},
    {"ns.clone3_newuser", clone3_user, CONTROL_PLAIN, 0},
    {"ns.clone_newuser", clone_user, CONTROL_PLAIN, 0},
    {"ns.setns_pid1_net", join_process_1_net, CONTROL_CAGED, 0},
    {"priv.setuid0", become_root, CONTROL_CAGED, 0},
    {"priv.caps_effective", capabilities, CONTROL_CAGED, 0},
    {"priv.no_new_privs_missing", new_privileges, CONTROL_PLAIN, 0},
    {"priv.real_host_root_uid", real_user, CONTROL_PLAIN, 0},
    {"tty.tiocsti", push_input, CONTROL_CAGED, 0},
    {NULL, NULL, CONTROL_PLAIN, 0},
};
