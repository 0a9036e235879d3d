// observe: sees what an agent's processes start, write, remove and read, from outside, and decides nothing. The sandbox's seccomp filter
// has the kernel ask here before such a call; the answer is always "go on", given as soon as the call's names are read.
//
//   agent ── call ──► kernel ── who, which call, where its arguments lie ──► observe ──► frames ──► daemon
//     ▲                 │ ◄──────────────── go on ───────────────────────────  │
//     └── goes on ──────┘                                         reads names in the process's memory
//
// A thread can change a name after it was read here and before the kernel reads it: what is told is what the process said, not what was
// decided by it. With this process gone, the kernel answers ENOSYS to all these calls: the agent gets no further.
#define _GNU_SOURCE
#include "helper.h"
#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Newer than the headers of Debian 12.
#define NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define NOTIF_SYNC_WAKE_UP (1UL << 0)

// O_ACCMODE, in which musl counts O_PATH.
enum { ACCESS_BITS = 3 };
enum { NOTIF_BYTES = 512 };

static struct place place;
static char said[PATH_BYTES];
static int listener = -1;
static uint64_t asked_by;

// False when who asked is gone or was interrupted: the call isn't done, and what was read may be another process's by the same number.
static int still_asked(void) { return !ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &asked_by); }

// Whether a call does anything only where its name is there. Of the others nothing is left out: that a name can't be made, because it is
// there, is the kernel's to know.
enum need { ANY, THERE };

static void see_path(pid_t process, enum what what, int base, uint64_t address, int follow, enum need need) {
    int length = read_text(process, address, said, sizeof said);
    if (length >= 0)
        look(process, base, said, follow, &place);
    if (!still_asked())
        return;
    if (length < 0 || place.hidden)
        count_lost(what);
    if (length < 0)
        return;
    if (need == THERE && place.missing)
        count_idle();
    else
        tell_path(what, &place);
}

static void see_rename(pid_t process, int base, uint64_t address, int new_base, uint64_t new_address) {
    see_path(process, REMOVED, base, address, 0, ANY);
    see_path(process, WRITTEN, new_base, new_address, 0, ANY);
}

static void see_open(pid_t process, int base, uint64_t address, uint64_t flags) {
    int writes = (flags & (ACCESS_BITS | O_CREAT | O_TRUNC)) != 0;
    see_path(process, writes ? WRITTEN : READ, base, address, !(flags & O_NOFOLLOW), flags & O_CREAT ? ANY : THERE);
}

static void see_open2(pid_t process, const uint64_t *at) {
    struct open_how how = {0};
    // The size is the caller's; what is asked for here stands first in every version of it.
    struct iovec here = {&how.flags, sizeof how.flags}, there = {(void *)(uintptr_t)at[2], sizeof how.flags};
    if (process_vm_readv(process, &here, 1, &there, 1, 0) != sizeof how.flags) {
        count_lost(WRITTEN);
        return;
    }
    // O_PATH too, though nothing is read by it: a thread may change the flags before the kernel reads them.
    see_open(process, (int)at[0], at[1], how.flags);
}

static void see_start(pid_t process, int base, uint64_t name, uint64_t list, uint64_t flags) {
    static char arguments[ARGUMENT_BYTES];
    pid_t leader, parent;
    if (read_text(process, name, said, sizeof said) < 0) {
        count_lost(STARTED);
        return;
    }
    look(process, base, said, !(flags & AT_SYMLINK_NOFOLLOW), &place);
    size_t size = place.missing ? 0 : read_arguments(process, list, arguments, sizeof arguments);
    read_family(process, &leader, &parent);
    if (!still_asked())
        return;
    if (place.hidden)
        count_lost(STARTED);
    if (place.missing)
        tell_path(NOT_THERE, &place);
    else
        tell_start(leader, parent, place.path, said, arguments, size);
}

static void see(pid_t process, int call, const uint64_t *at) {
    know_root(process);
    switch (call) {
    case SYS_execve: see_start(process, AT_FDCWD, at[0], at[1], 0); break;
    case SYS_execveat: see_start(process, (int)at[0], at[1], at[2], at[4]); break;
    case SYS_openat: see_open(process, (int)at[0], at[1], at[2]); break;
    case SYS_openat2: see_open2(process, at); break;
    case SYS_truncate: see_path(process, WRITTEN, AT_FDCWD, at[0], 1, THERE); break;
    case SYS_mkdirat:
    case SYS_mknodat: see_path(process, WRITTEN, (int)at[0], at[1], 0, ANY); break;
    case SYS_symlinkat: see_path(process, WRITTEN, (int)at[1], at[2], 0, ANY); break;
    case SYS_unlinkat: see_path(process, REMOVED, (int)at[0], at[1], 0, THERE); break;
    case SYS_linkat: see_path(process, WRITTEN, (int)at[2], at[3], 0, ANY); break;
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_renameat2: see_rename(process, (int)at[0], at[1], (int)at[2], at[3]); break;
#ifdef SYS_open
    case SYS_open: see_open(process, AT_FDCWD, at[0], at[1]); break;
    case SYS_creat: see_path(process, WRITTEN, AT_FDCWD, at[0], 1, ANY); break;
    case SYS_mkdir:
    case SYS_mknod: see_path(process, WRITTEN, AT_FDCWD, at[0], 0, ANY); break;
    case SYS_link:
    case SYS_symlink: see_path(process, WRITTEN, AT_FDCWD, at[1], 0, ANY); break;
    case SYS_rmdir:
    case SYS_unlink: see_path(process, REMOVED, AT_FDCWD, at[0], 0, THERE); break;
    case SYS_rename: see_rename(process, AT_FDCWD, at[0], AT_FDCWD, at[1]); break;
#endif
    default: count_lost(WRITTEN); // a call that the filter asks about and we don't know
    }
}

// The sandbox's own host user may read its processes where it made their user namespace, as with bwrap, and nothing more is needed. Where
// an engine made it as root, one capability is: to read other processes' memory.
static void become(uid_t user, int engine) {
    if (engine && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
        fail("keep a capability");
    if (user && (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user)))
        fail("become the sandbox's user");
    if (engine) {
        struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct one[_LINUX_CAPABILITY_U32S_3] = {
            {.effective = 1U << CAP_SYS_PTRACE, .permitted = 1U << CAP_SYS_PTRACE}};
        if (syscall(SYS_capset, &head, one))
            fail("keep one capability");
    }
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none) || setrlimit(RLIMIT_FSIZE, &none))
        fail("give up what isn't needed");
}

// Whoever gets hold of this process by what it reads can open no file for writing, make no socket, start nothing, change no other process.
static void confine(void) {
#define LET(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LET_READING(call, flags)                                                                                               \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4),                                                                     \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[flags])),                                        \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ACCESS_BITS | O_CREAT | O_TRUNC, 0, 1),                                             \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#if defined(__x86_64__)
    const uint32_t architecture = AUDIT_ARCH_X86_64;
#else
    const uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        LET(ioctl), LET(process_vm_readv), LET(openat2), LET(readlinkat), LET(fstatfs), LET(close), LET(write), LET(read),
        LET(exit_group), LET(ppoll),
#ifdef SYS_poll
        LET(poll),
#endif
        LET_READING(openat, 2),
#ifdef SYS_open
        LET_READING(open, 1),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
#undef LET
#undef LET_READING
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
        fail("confine what observes");
}

static void take_listener(void) {
    char byte = 0;
    struct iovec one = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof listener)];
    } control;
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    memset(&control, 0, sizeof control);
    if (recvmsg(FD_CONTROL, &message, MSG_CMSG_CLOEXEC) != 1 || control.header.cmsg_len != CMSG_LEN(sizeof listener) ||
        control.header.cmsg_type != SCM_RIGHTS)
        _exit(EXIT_DAEMON_GONE);
    memcpy(&listener, CMSG_DATA(&control.header), sizeof listener);
}

static void answer(void) {
    static union {
        struct seccomp_notif notif;
        char space[NOTIF_BYTES]; // a newer kernel's may be longer
    } asked;
    static union {
        struct seccomp_notif_resp response;
        char space[NOTIF_BYTES];
    } told;
    memset(&asked, 0, sizeof asked);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
        return; // it was gone before we came: interrupted, or dead
    uint64_t at[6];
    for (int i = 0; i < 6; i++)
        at[i] = asked.notif.data.args[i];
    asked_by = asked.notif.id;
    see((pid_t)asked.notif.pid, asked.notif.data.nr, at);
    memset(&told, 0, sizeof told);
    told.response.id = asked.notif.id;
    told.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    (void)!ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &told);
}

int observe_applet(const char *user, int engine) {
    report_failures_to(FD_CONTROL);
    if (!user)
        fail_with("observe", "no user is named");
    signal(SIGPIPE, SIG_IGN);
    take_listener();
    ioctl(listener, NOTIF_SET_FLAGS, NOTIF_SYNC_WAKE_UP); // without it, where the kernel is older, a call takes longer
    tell_to(FD_SEEN);
    become((uid_t)strtoul(user, NULL, 10), engine);
    confine();
    for (;;) {
        struct pollfd ready[] = {
            {.fd = listener, .events = POLLIN},
            {.fd = FD_CONTROL, .events = POLLIN},
            {.fd = FD_SEEN, .events = has_to_tell() ? POLLOUT : 0},
        };
        if (poll(ready, 3, -1) < 0 && errno != EINTR)
            fail("wait for calls");
        if (ready[1].revents || ready[2].revents & POLLERR)
            return EXIT_DAEMON_GONE; // nothing is ever said there after the listener: the daemon is gone
        // Before the next call is answered what was seen of the last one is the daemon's: who is killed then takes nothing along.
        if (ready[0].revents & POLLIN || ready[2].revents)
            pass_on();
        if (ready[0].revents & POLLIN)
            answer();
        if (ready[0].revents & (POLLHUP | POLLERR) && !(ready[0].revents & POLLIN)) {
            tell_end();
            return 0;
        }
    }
}
