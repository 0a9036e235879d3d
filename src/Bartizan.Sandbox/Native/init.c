// What the shim does more where an engine, and not bwrap, started it: takes its wires from the daemon instead of from whoever
// started it, and leaves a process behind as PID 1 that buries the dead and ends everything when the daemon ends.
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIRES = 5 }; // the sync socket, the agent's three streams, the lifeline

// An engine's monitor keeps what it passed on open for as long as the container runs: on such a socket nothing ever ends.
// What comes by message is nobody's but ours.
int take_wires(void) {
    int fds[WIRES];
    char byte = 0;
    struct iovec one = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fds)];
    } control;
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    memset(&control, 0, sizeof control);
    if (recvmsg(FD_SYNC, &message, MSG_CMSG_CLOEXEC) != 1 || byte != 'W' ||
        control.header.cmsg_len != CMSG_LEN(sizeof fds) || control.header.cmsg_type != SCM_RIGHTS)
        _exit(EXIT_DAEMON_GONE);
    memcpy(fds, CMSG_DATA(&control.header), sizeof fds);
    // Above every place first, so that no wire is laid over one that still has to move.
    for (int i = 0; i < WIRES; i++) {
        int above = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_AGENT_STDIN + 2 * WIRES);
        if (above < 0)
            fail("take the wires");
        close(fds[i]);
        fds[i] = above;
    }
    if (dup3(fds[0], FD_SYNC, O_CLOEXEC) < 0)
        fail("take the wires");
    close(fds[0]);
    for (int i = 0; i < 3; i++) {
        if (dup2(fds[1 + i], FD_AGENT_STDIN + i) < 0)
            fail("take the wires");
        close(fds[1 + i]);
    }
    return fds[WIRES - 1];
}

static _Noreturn void stay(pid_t agent, int lifeline) {
    enum { LIFE = 3, SIGNALS = 4 };
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    int signals = -1;
    // The same filter as the agent's: of the few calls that follow it refuses none.
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _exit(EXIT_STEP_FAILED);
    load_filter(0); // with nobody who is asked: what would be asked about fails
    if (sigprocmask(SIG_BLOCK, &children, NULL) || (signals = signalfd(-1, &children, SFD_CLOEXEC)) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || dup2(signals, FD_AGENT_STDIN) < 0 || dup2(lifeline, LIFE) < 0 ||
        dup2(FD_AGENT_STDIN, SIGNALS) < 0 || syscall(SYS_close_range, SIGNALS + 1, ~0U, 0))
        _exit(EXIT_STEP_FAILED);
    for (;;) {
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
            if (ended == agent)
                _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        struct pollfd watched[] = {{.fd = SIGNALS, .events = POLLIN}, {.fd = LIFE, .events = POLLIN}};
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            _exit(EXIT_STEP_FAILED);
        // Nothing is ever said on the lifeline: that it can be read means that the daemon is gone. PID 1 takes all with it.
        if (watched[1].revents)
            _exit(EXIT_DAEMON_GONE);
        struct signalfd_siginfo information;
        if (watched[0].revents && read(SIGNALS, &information, sizeof information) < 0 && errno != EINTR)
            _exit(EXIT_STEP_FAILED);
    }
}

void leave_init(int lifeline) {
    pid_t agent = fork();
    if (agent < 0)
        fail("leave an init");
    if (agent)
        stay(agent, lifeline);
    close(lifeline);
}
