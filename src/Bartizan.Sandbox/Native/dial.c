// dial, for inject: what stays behind in a sandbox's network when its listeners are open, where the agent serves somebody. For each byte
// of the daemon's it makes one TCP socket there and hands it out; the daemon connects it. A socket that was made in a namespace stays in
// it, whoever connects it, so that no address and no port is ever told here.
//
//   daemon ── '4' or '6' ──► here: socket() ── descriptor ──► daemon: connect() to loopback, in the sandbox's network
//
// It joined before the agent ran, stands outside the agent's PID namespace, cgroup and files, and holds one descriptor: the daemon's.
#define _GNU_SOURCE
#include "dial.h"
#include "helper.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    KIND = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
    MOST_OPEN = 32, // the daemon's socket, the listeners until they are handed over, and the one that is being handed out
    REASON_MAX_BYTES = 128,
};

// INVARIANT: nothing can be done here from now on but to make TCP sockets, hand them out, and end.
static void confine(void) {
#define ARGUMENT(index) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[index]))
#define EQUALS(value, so, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), so, otherwise)
#define LET(call) EQUALS(SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#if defined(__x86_64__)
    const uint32_t architecture = AUDIT_ARCH_X86_64;
#else
    const uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        EQUALS(architecture, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        LET(read),
        LET(sendmsg),
        LET(close),
        LET(close_range),
        LET(exit_group),
        EQUALS(SYS_socket, 0, 8),
        ARGUMENT(0),
        EQUALS(AF_INET, 1, 0),
        EQUALS(AF_INET6, 0, 5),
        ARGUMENT(1),
        EQUALS(KIND, 0, 3),
        ARGUMENT(2),
        EQUALS(IPPROTO_TCP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
#undef ARGUMENT
#undef EQUALS
#undef LET
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
        fail("confine what makes sockets");
}

void keep_sockets_only(void) {
    const struct rlimit none = {0, 0}, few = {MOST_OPEN, MOST_OPEN};
    drop_capabilities();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none)
        || setrlimit(RLIMIT_FSIZE, &none) || setrlimit(RLIMIT_NOFILE, &few))
        fail("give up what isn't needed");
    // The daemon's own three streams: nothing is said on them.
    if (syscall(SYS_close_range, 0, FD_CONTROL - 1, 0))
        fail("close the daemon's streams");
    confine();
}

static int hand_out(int made, const char *reason) {
    struct iovec one = {(void *)(made < 0 ? reason : "S"), made < 0 ? strnlen(reason, REASON_MAX_BYTES) : 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof made)];
    } control;
    memset(&control, 0, sizeof control);
    control.header =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof made), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &made, sizeof made);
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1};
    if (made >= 0) {
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
    }
    return sendmsg(FD_CONTROL, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int hand_out_sockets(void) {
    if (syscall(SYS_close_range, FD_CONTROL + 1, ~0U, 0))
        return EXIT_STEP_FAILED;
    for (;;) {
        char family;
        if (read(FD_CONTROL, &family, 1) != 1)
            return EXIT_DAEMON_GONE;
        int made = socket(family == '6' ? AF_INET6 : AF_INET, KIND, IPPROTO_TCP);
        if (hand_out(made, strerror(errno)))
            return EXIT_DAEMON_GONE;
        if (made >= 0)
            close(made);
    }
}
