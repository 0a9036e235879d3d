// inject: waits for a process id on the control socket (an 's' before it: seal its user namespace too; a 'd': stay, and make sockets for
// dials into it; behind it: addresses outside that may be dialed), joins that process's network namespace (through the user namespace that owns it), opens the listeners there
// and sends them back. No relay or socket file is needed: a listener that was made in a namespace stays in it, whoever accepts on it.
#define _GNU_SOURCE
#include "capture.h"
#include "dial.h"
#include "helper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 512 }; // connections that may wait while the daemon accepts; more are refused, not lost

static const struct listener {
    int type;
    const char *address;
    int port;
} listeners[] = {
    // The order is SandboxListeners'.
    {SOCK_STREAM, "127.0.0.1", 3128}, {SOCK_STREAM, "127.0.0.1", 8080}, {SOCK_STREAM, "127.0.0.1", 8081},
    {SOCK_STREAM, "0.0.0.0", 80},     {SOCK_STREAM, "0.0.0.0", 443},    {SOCK_DGRAM, "127.0.0.1", 53},
    {SOCK_STREAM, "127.0.0.1", 5432},
};
enum { COUNT = sizeof listeners / sizeof *listeners };
enum { ORDER_MAX_BYTES = 4096, SAID_MAX_BYTES = 128 }; // of an order: a process and 64 addresses

// The listeners, and what is said with them: 'L', the families whose every port is captured, and why one isn't.
static int fds[COUNT + 2];
static int opened;
static char said[SAID_MAX_BYTES] = "L";

static void join_network(int process) {
    char path[64];
    struct stat own, theirs;
    snprintf(path, sizeof path, "/proc/%d/ns/net", process);
    int network = open(path, O_RDONLY | O_CLOEXEC);
    if (network < 0)
        fail(path);
    // INVARIANT: never open these ports on the host, even if the process id was taken over by somebody else.
    if (stat("/proc/self/ns/net", &own) || fstat(network, &theirs))
        fail("compare network namespaces");
    if (own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev)
        fail_with("join the network", "it is the host's");
    int owner = ioctl(network, NS_GET_USERNS);
    if (owner < 0)
        fail("find the owner of the network");
    if (setns(owner, CLONE_NEWUSER))
        fail("join the owner of the network");
    if (setns(network, CLONE_NEWNET))
        fail("join the network");
    close(owner);
    close(network);
}

// What bwrap's --disable-userns does: nobody in there makes a user namespace, whatever seccomp says. Its owner has no rights
// that could set it back, and we are in its user namespace already.
static void seal_namespaces(void) {
    int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        fail("forbid further user namespaces");
    close(fd);
}

static void need_loopback(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0 || ioctl(any, SIOCGIFFLAGS, &request))
        fail("look at loopback");
    // bwrap brings it up before the shim says ready; doing it for bwrap would make bwrap fail.
    if (!(request.ifr_flags & IFF_UP))
        fail_with("look at loopback", "it is down");
    close(any);
}

static int open_listener(const struct listener *listener) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)listener->port)};
    int fd = socket(AF_INET, listener->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || inet_pton(AF_INET, listener->address, &address.sin_addr) != 1)
        fail("make a listener");
    if (bind(fd, (struct sockaddr *)&address, sizeof address))
        fail("bind a listener");
    if (listener->type == SOCK_STREAM && listen(fd, BACKLOG))
        fail("listen");
    return fd;
}

// A kernel that can't capture every port leaves what is captured by a listener of its own, and the daemon hears of it.
static int capture_family(int family, const char *name) {
    size_t length = strlen(said);
    int fd = capture(family);
    if (fd < 0) {
        snprintf(said + length, sizeof said - length, " IPv%s: %s", name, strerror(errno));
        return 0;
    }
    fds[opened++] = fd;
    snprintf(said + length, sizeof said - length, "%s", name);
    return 1;
}

static void capture_dials(char *addresses) {
    if (!capture_family(AF_INET, "4"))
        return;
    int six = strchr(addresses, ':') && capture_family(AF_INET6, "6");
    char *rest = NULL;
    for (char *one = strtok_r(addresses, " ", &rest); one; one = strtok_r(NULL, " ", &rest)) {
        size_t length = strlen(said);
        if ((six || !strchr(one, ':')) && capture_address(one))
            snprintf(said + length, sizeof said - length, " %s: %s", one, strerror(errno));
    }
}

int inject_applet(void) {
    report_failures_to(FD_CONTROL);
    static char text[ORDER_MAX_BYTES];
    ssize_t length = read(FD_CONTROL, text, sizeof text - 1);
    if (length <= 0)
        return EXIT_DAEMON_GONE;
    const char *order = text;
    int sealed = *order == 's';
    order += sealed;
    int dialed = *order == 'd';
    order += dialed;
    int process = atoi(order);
    if (process <= 1)
        fail_with("read the process id", text);
    join_network(process);
    if (sealed)
        seal_namespaces();
    need_loopback();

    while (opened < COUNT) {
        fds[opened] = open_listener(&listeners[opened]);
        opened++;
    }
    char *addresses = strchr(text, ' ');
    capture_dials(addresses ? addresses : text + length);
    // INVARIANT: the agent starts when the daemon has the listeners, and what stays in its network is harmless before that.
    if (dialed)
        keep_sockets_only();

    struct iovec one = {said, strlen(said)};
    size_t space = (size_t)opened * sizeof *fds;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fds)];
    } control;
    memset(&control, 0, sizeof control);
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(space), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), fds, space);
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = CMSG_SPACE(space)};
    if (sendmsg(FD_CONTROL, &message, MSG_NOSIGNAL) < 0)
        return EXIT_DAEMON_GONE;
    return dialed ? hand_out_sockets() : 0;
}
