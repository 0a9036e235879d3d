// shim: the first thing that runs inside. It tells the daemon that the sandbox stands, waits for the go, takes away what is
// left to take, and becomes the agent. The sync socket then closes by exec, which tells the daemon that the agent runs.
//
//   wires                        first: take the sync socket, the streams and the lifeline from a message on the socket
//   init                         stay as PID 1 beside the agent; needs the wires
//   variable NAME=VALUE          one of the agent's variables; with any, what was inherited is gone
//   directory PATH               where the agent starts
//   terminal                     make a terminal inside, send its master with the ready byte
//   landlock RIGHTS PATH         RIGHTS: letters r read, l list, x execute, w write and make, d device
//   filter                       load the seccomp filter
//   seen                         have the kernel ask whoever the daemon gives the filter's listener to, and hand it out
//   rlimit R N                   soft and hard limit N for resource R; counted in the user namespace of the sandbox
//   exec WORD…                   the agent
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
// Newer than the headers of Debian 12.
#define ACCESS_FS_IOCTL_DEV (1ULL << 15)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
    uint64_t fs, net, scoped;
};

enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_NET = 4, ABI_IOCTL = 5, ABI_SCOPE = 6, FILTER_MAX = 4096 };

static const uint64_t first_rights = (1ULL << 13) - 1; // ABI 1: execute … make_sym
static const uint64_t make_rights =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER |
    LANDLOCK_ACCESS_FS_TRUNCATE; // never make_char, make_block
static const uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | ACCESS_FS_IOCTL_DEV;

static int make_ruleset(uint64_t *handled) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        fail("ask for Landlock");
    struct ruleset ruleset = {.fs = first_rights};
    if (abi >= ABI_REFER)
        ruleset.fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE)
        ruleset.fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (abi >= ABI_IOCTL)
        ruleset.fs |= ACCESS_FS_IOCTL_DEV;
    // No rules for TCP ports: the network namespace holds only loopback, which the agent's own processes share freely.
    if (abi >= ABI_SCOPE)
        ruleset.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
    size_t size = abi >= ABI_SCOPE ? sizeof ruleset : abi >= ABI_NET ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (fd < 0)
        fail("make the Landlock rules");
    *handled = ruleset.fs;
    return fd;
}

static void limit(int resource, rlim_t most) {
    struct rlimit now, wanted = {most, most};
    if (getrlimit(resource, &now))
        fail("read a limit");
    // A limit that is lower already stays: without CAP_SYS_RESOURCE it can't be raised, and it is the stronger one.
    if (now.rlim_max < most)
        wanted = (struct rlimit){now.rlim_max, now.rlim_max};
    if (setrlimit(resource, &wanted))
        fail("set a limit");
}

static uint64_t rights_from(const char *letters) {
    uint64_t rights = 0;
    for (; *letters; letters++)
        switch (*letters) {
        case 'r': rights |= LANDLOCK_ACCESS_FS_READ_FILE; break;
        case 'l': rights |= LANDLOCK_ACCESS_FS_READ_DIR; break;
        case 'x': rights |= LANDLOCK_ACCESS_FS_EXECUTE; break;
        case 'w': rights |= make_rights; break;
        case 'd': rights |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_FS_IOCTL_DEV; break;
        default: fail_with("read a Landlock rule", letters);
        }
    return rights;
}

static void add_rule(int ruleset, uint64_t rights, const char *path) {
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        fail(path);
    struct stat status;
    if (fstat(fd, &status))
        fail(path);
    if (!S_ISDIR(status.st_mode))
        rights &= file_rights;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        fail("add a Landlock rule");
    close(fd);
}

// WATCHED: gives the listener that the kernel asks on.
int load_filter(int watched) {
    static struct sock_filter filter[FILTER_MAX];
    ssize_t size = pread(FD_FILTER, filter, sizeof filter, 0);
    if (size <= 0 || (size_t)size % sizeof *filter)
        fail_with("read the seccomp filter", "it is empty or cut");
    struct sock_fprog program = {.len = (unsigned short)((size_t)size / sizeof *filter), .filter = filter};
    long listener = -1;
    // With the second flag a signal doesn't take a call back that is being looked at; kernels before 5.19 don't know it.
    if (watched) {
        listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                           SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
        if (listener < 0 && errno == EINVAL)
            listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
        if (listener < 0 && errno == EBUSY)
            fail_with("watch the agent's calls", "whoever started Bartizan does already; say `seen: nothing`");
    }
    if (watched ? listener < 0 : syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
        fail("load the seccomp filter");
    return (int)listener;
}

// A terminal of the sandbox's own devpts: it has a name inside, and the host's terminal never enters.
static int make_terminal(void) {
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlock = 0;
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock))
        fail("make a terminal");
    // bwrap's --new-session makes its init the leader of a session; a terminal is taken by the leader of one of its own.
    if (setsid() < 0)
        fail("start a session");
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0))
        fail("take the terminal");
    for (int fd = 0; fd <= 2; fd++)
        if (dup2(slave, fd) < 0)
            fail("put the terminal in place");
    close(slave);
    return master;
}

static void say(char byte, int descriptor) {
    struct iovec text = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    if (sendmsg(FD_SYNC, &message, MSG_NOSIGNAL) != 1)
        _exit(EXIT_DAEMON_GONE);
}

static void add_variable(char *text) {
    static int cleared;
    if (!cleared++ && clearenv())
        fail("clear the variables");
    if (putenv(text))
        fail("set a variable");
}

int shim_applet(void) {
    if (fcntl(FD_SYNC, F_SETFD, FD_CLOEXEC))
        _exit(EXIT_DAEMON_GONE);
    report_failures_to(FD_SYNC);
    struct words words = read_words(FD_SHIM_SPEC);

    uint64_t handled = 0;
    int ruleset = -1, terminal = -1, filter = 0, watched = 0, lifeline = -1;
    const char *directory = NULL;
    for (;;) {
        const char *verb = next_word(&words);
        if (!strcmp(verb, "exec")) {
            break;
        } else if (!strcmp(verb, "wires")) {
            lifeline = take_wires();
        } else if (!strcmp(verb, "init") && lifeline >= 0) {
            leave_init(lifeline);
        } else if (!strcmp(verb, "variable")) {
            add_variable(next_word(&words));
        } else if (!strcmp(verb, "directory")) {
            directory = next_word(&words);
        } else if (!strcmp(verb, "terminal")) {
            terminal = make_terminal();
        } else if (!strcmp(verb, "filter")) {
            filter = 1;
        } else if (!strcmp(verb, "seen")) {
            watched = 1;
        } else if (!strcmp(verb, "rlimit")) {
            int resource = (int)next_number(&words);
            limit(resource, (rlim_t)next_number(&words));
        } else if (!strcmp(verb, "landlock")) {
            if (ruleset < 0)
                ruleset = make_ruleset(&handled);
            uint64_t rights = rights_from(next_word(&words)) & handled;
            add_rule(ruleset, rights, next_word(&words));
        } else {
            fail_with("read the shim spec", verb);
        }
    }
    if (words.next >= words.count)
        fail_with("read the shim spec", "nothing to exec");
    // Fails closed: a spec that lost a layer on its way starts nothing.
    if (ruleset < 0)
        fail_with("enter Landlock", "the spec has no rules");
    if (!filter)
        fail_with("load the seccomp filter", "the spec has none");
    if (directory && chdir(directory))
        fail("enter the working directory");
    words.at[words.count] = NULL;

    say('R', terminal);
    char go = 0;
    // Fails closed: a daemon that is gone gives end of file, not a go.
    if (read(FD_SYNC, &go, 1) != 1 || go != 'G')
        _exit(EXIT_DAEMON_GONE);
    if (terminal >= 0)
        close(terminal);
    else
        for (int fd = 0; fd <= 2; fd++)
            if (dup2(FD_AGENT_STDIN + fd, fd) < 0)
                fail("put the streams in place");

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("set no_new_privs");
    if (syscall(SYS_landlock_restrict_self, ruleset, 0))
        fail("enter Landlock");
    if (syscall(SYS_close_range, FD_AGENT_STDIN + 3, ~0U, 0))
        fail("close descriptors");
    for (int fd = FD_LAUNCH_SPEC; fd < FD_AGENT_STDIN + 3; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    int listener = load_filter(watched);
    if (watched) {
        say('S', listener);
        close(listener); // held here too, its observer's death would leave the exec below waiting instead of failing
    }
    execve(words.at[words.next], &words.at[words.next], environ);
    fail("exec the agent");
}
