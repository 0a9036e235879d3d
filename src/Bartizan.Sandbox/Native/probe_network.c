/* Attempts to reach anything over a socket without an enforcement point. */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#define CONNECT_MILLISECONDS 2000 /* a host on the same wire answers in a few */

static socklen_t address_of(const char *text, long port, struct sockaddr_storage *into)
{
    memset(into, 0, sizeof *into);
    struct sockaddr_in *four = (void *)into;
    struct sockaddr_in6 *six = (void *)into;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof *four;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        return sizeof *six;
    }
    not_applicable("this host has no such address");
}

/* Says whether a route exists, without sending anything: what the control asks of addresses that aren't ours. */
static void has_route(const char *text, long port)
{
    struct sockaddr_storage address;
    socklen_t length = address_of(text, port, &address);
    int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (void *)&address, length))
        blocked_by(errno);
    opened("a route exists");
}

/* A refusal by the other side is open: the packet went there. On loopback only a connection is, for it may be our own. */
static void connects(const char *text, long port, int refused_is_open)
{
    struct sockaddr_storage address;
    socklen_t length = address_of(text, port, &address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        blocked_by(errno);
    int error = 0;
    if (connect(fd, (void *)&address, length)) {
        if (errno != EINPROGRESS)
            error = errno;
        else {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            if (poll(&wait, 1, CONNECT_MILLISECONDS) <= 0)
                opened("no answer, but the packet left");
            socklen_t size = sizeof error;
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    if (!error)
        opened("connected");
    if (error == ECONNREFUSED && refused_is_open)
        opened("reached it: ECONNREFUSED");
    blocked_by(error);
}

static void loopback(void) { connects("127.0.0.1", number_setting("tcp-port", 1), 0); }
static void loopback_six(void) { connects("::1", number_setting("tcp-port-six", 1), 0); }
static void host_address(void) { connects(setting("host-address"), number_setting("tcp-port", 1), 1); }
static void host_address_six(void) { connects(setting("host-address-six"), number_setting("tcp-port", 1), 1); }

static void metadata(void)
{
    if (probe_outside)
        has_route("169.254.169.254", 80);
    connects("169.254.169.254", 80, 1);
}

static void gateway(void)
{
    if (probe_outside)
        has_route(setting("host-gateway"), 80);
    connects(setting("host-gateway"), 80, 1);
}

static void sends(const char *text, long port)
{
    if (probe_outside)
        has_route(text, port);
    struct sockaddr_storage address;
    socklen_t length = address_of(text, port, &address);
    int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || sendto(fd, "x", 1, 0, (void *)&address, length) < 0)
        blocked_by(errno);
    opened("sent");
}

static void foreign_resolver(void) { sends("8.8.8.8", 53); }
static void host_datagram(void) { sends(setting("host-address"), number_setting("tcp-port", 9)); }

static void creates(int family, int type, int protocol)
{
    if (socket(family, type | SOCK_CLOEXEC, protocol) < 0)
        blocked_by(errno);
    opened("created");
}

static void raw(void) { creates(AF_INET, SOCK_RAW, IPPROTO_ICMP); }
static void packet(void) { creates(AF_PACKET, SOCK_RAW, 0); }
static void netlink(void) { creates(AF_NETLINK, SOCK_RAW, 0); }
static void vsock(void) { creates(40, SOCK_STREAM, 0); }
static void alg(void) { creates(38, SOCK_SEQPACKET, 0); }
static void unix_socket(void) { creates(AF_UNIX, SOCK_STREAM, 0); }

static void ping(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
    if (fd < 0)
        blocked_by(errno);
    if (probe_outside)
        opened("created");
    struct sockaddr_storage address;
    socklen_t length = address_of(setting("host-address"), 0, &address);
    if (sendto(fd, "\10\0\0\0\0\0\0\0", 8, 0, (void *)&address, length) < 0)
        blocked_by(errno);
    opened("sent");
}

/* A leading '@' stands for the zero byte of an abstract name. */
static socklen_t unix_address(const char *name, struct sockaddr_un *into)
{
    memset(into, 0, sizeof *into);
    into->sun_family = AF_UNIX;
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof into->sun_path)
        inconclusive("no socket to attack");
    memcpy(into->sun_path, name, length);
    if (name[0] == '@')
        into->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] != '@'));
}

static void connects_unix(const char *name)
{
    struct sockaddr_un address;
    socklen_t length = unix_address(name, &address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (void *)&address, length))
        blocked_by(errno);
    opened("connected");
}

static void unix_abstract(void) { connects_unix(setting("abstract-socket")); }
static void unix_path(void) { connects_unix(setting("stream-socket")); }

/* A pair needs no socket(); its ends can be pointed elsewhere by path, round a filter on socket() alone. */
static void unix_pair(void)
{
    struct sockaddr_un address;
    socklen_t length = unix_address(setting("datagram-socket"), &address);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) || connect(ends[0], (void *)&address, length)
        || send(ends[0], "x", 1, 0) < 0)
        blocked_by(errno);
    opened("sent to a socket of the host");
}

static void uring_socket(void)
{
    char parameters[128] = {0};
    if (syscall(SYS_io_uring_setup, 4, parameters) < 0)
        blocked_by(errno);
    opened("a ring, and with it a socket that no filter sees");
}

const struct attempt network_attempts[] = {
    {"net.tcp_host_loopback", loopback, CONTROL_PLAIN, 0},
    {"net.tcp_host_eth0", host_address, CONTROL_PLAIN, 0},
    {"net.tcp_host_ipv6", loopback_six, CONTROL_PLAIN, 0},
    {"net.tcp_host_ipv6_global", host_address_six, CONTROL_PLAIN, 0},
    {"net.tcp_metadata", metadata, CONTROL_PLAIN, 0},
    {"net.tcp_gateway", gateway, CONTROL_PLAIN, 0},
    {"net.udp_dns_direct", foreign_resolver, CONTROL_PLAIN, 0},
    {"net.udp_host_eth0", host_datagram, CONTROL_PLAIN, 0},
    {"net.raw_icmp", raw, CONTROL_CAGED, 0},
    {"net.ping_dgram", ping, CONTROL_PLAIN, 0},
    {"net.af_packet", packet, CONTROL_CAGED, 0},
    {"net.af_netlink", netlink, CONTROL_CAGED, 0},
    {"net.af_vsock", vsock, CONTROL_CAGED, 0},
    {"net.af_alg", alg, CONTROL_CAGED, 0},
    {"net.unix_socket_create", unix_socket, CONTROL_PLAIN, 0},
    {"net.unix_abstract_host", unix_abstract, CONTROL_PLAIN, 0},
    {"net.unix_path_host", unix_path, CONTROL_PLAIN, 0},
    {"net.unix_socketpair_dgram_reconnect", unix_pair, CONTROL_PLAIN, 0},
    {"net.io_uring_socket", uring_socket, CONTROL_CAGED, 0},
    {NULL, NULL, CONTROL_PLAIN, 0},
};
