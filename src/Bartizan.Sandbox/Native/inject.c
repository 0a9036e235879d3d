// inject: waits for a process id on the control socket, joins that process's network namespace (through the user namespace
// that owns it), opens the listeners there and sends them back. No route, relay or socket file is needed: a listener that
// was made in a namespace stays in it, whoever accepts on it.
#define _GNU_SOURCE
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

int inject_applet(void) {
    report_failures_to(FD_CONTROL);
    char text[16] = {0};
    ssize_t length = read(FD_CONTROL, text, sizeof text - 1);
    if (length <= 0)
        return EXIT_DAEMON_GONE;
    int process = atoi(text);
    if (process <= 1)
        fail_with("read the process id", text);
    join_network(process);
    need_loopback();

    int fds[COUNT];
    for (int i = 0; i < COUNT; i++)
        fds[i] = open_listener(&listeners[i]);

    char byte = 'L';
    struct iovec one = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fds)];
    } control;
    memset(&control, 0, sizeof control);
    control.header =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fds), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    if (sendmsg(FD_CONTROL, &message, MSG_NOSIGNAL) != 1)
        return EXIT_DAEMON_GONE;
    return 0;
}
