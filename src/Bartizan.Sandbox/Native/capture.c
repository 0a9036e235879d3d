// capture, for inject: has what is dialed in a sandbox's network, on whatever port, arrive at one listener, which sees as its own
// the address and the port that were dialed. Two rules of nf_tables (tproxy) in that network do it, told to the kernel by
// netlink: no program of the host is needed. Nothing is rewritten and no connection is tracked, so what goes to loopback passes as before.
#define _GNU_SOURCE
#include "capture.h"
#include "helper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    CAPTURE_PORT = 3180,
    CAPTURE_BACKLOG = 512,
    MESSAGE_BYTES = 8192, // the longest batch is a quarter of it
    ANSWER_SECONDS = 2,   // the kernel answers within the call; a module may have to be loaded first
    BEFORE_LOCAL = -150,  // where iptables' mangle table stands
};

#define TABLE "bartizan"
#define CHAIN "dialed"

struct batch {
    char bytes[MESSAGE_BYTES];
    size_t length;
    uint32_t messages;
};

static struct nlmsghdr *begin(struct batch *batch, int type, int flags, int family, int resource) {
    struct nlmsghdr *header = (struct nlmsghdr *)(batch->bytes + batch->length);
    *header = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
                                .nlmsg_type = (uint16_t)type,
                                .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                                .nlmsg_seq = ++batch->messages};
    *(struct nfgenmsg *)NLMSG_DATA(header) = (struct nfgenmsg){.nfgen_family = (uint8_t)family,
                                                               .version = NFNETLINK_V0,
                                                               .res_id = htons((uint16_t)resource)};
    batch->length += NLMSG_ALIGN(header->nlmsg_len);
    return header;
}

static struct nlattr *put(struct batch *batch, int type, const void *value, size_t length) {
    struct nlattr *attribute = (struct nlattr *)(batch->bytes + batch->length);
    *attribute = (struct nlattr){.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = (uint16_t)type};
    if (length)
        memcpy(batch->bytes + batch->length + NLA_HDRLEN, value, length);
    batch->length += NLA_ALIGN(attribute->nla_len);
    return attribute;
}

static void put_text(struct batch *batch, int type, const char *text) { put(batch, type, text, strlen(text) + 1); }

static void put_number(struct batch *batch, int type, uint32_t number) {
    number = htonl(number);
    put(batch, type, &number, sizeof number);
}

static struct nlattr *nest(struct batch *batch, int type) { return put(batch, type | NLA_F_NESTED, NULL, 0); }

static void close_nest(struct batch *batch, struct nlattr *nest) {
    nest->nla_len = (uint16_t)(batch->bytes + batch->length - (char *)nest);
}

static void finish(struct batch *batch, struct nlmsghdr *header) {
    header->nlmsg_len = (uint32_t)(batch->bytes + batch->length - (char *)header);
}

struct expression {
    struct nlattr *element, *data;
};

static struct expression open_expression(struct batch *batch, const char *name) {
    struct expression one = {.element = nest(batch, NFTA_LIST_ELEM)};
    put_text(batch, NFTA_EXPR_NAME, name);
    one.data = nest(batch, NFTA_EXPR_DATA);
    return one;
}

static void close_expression(struct batch *batch, struct expression one) {
    close_nest(batch, one.data);
    close_nest(batch, one.element);
}

static void compare(struct batch *batch, int how, const void *value, size_t length) {
    struct expression one = open_expression(batch, "cmp");
    put_number(batch, NFTA_CMP_SREG, NFT_REG_1);
    put_number(batch, NFTA_CMP_OP, (uint32_t)how);
    struct nlattr *data = nest(batch, NFTA_CMP_DATA);
    put(batch, NFTA_DATA_VALUE, value, length);
    close_nest(batch, data);
    close_expression(batch, one);
}

static void look_at(struct batch *batch, int header, int offset, int how, const void *value, size_t length) {
    struct expression one = open_expression(batch, "payload");
    put_number(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
    put_number(batch, NFTA_PAYLOAD_BASE, (uint32_t)header);
    put_number(batch, NFTA_PAYLOAD_OFFSET, (uint32_t)offset);
    put_number(batch, NFTA_PAYLOAD_LEN, (uint32_t)length);
    close_expression(batch, one);
    compare(batch, how, value, length);
}

static void only_tcp(struct batch *batch) {
    struct expression one = open_expression(batch, "meta");
    put_number(batch, NFTA_META_DREG, NFT_REG_1);
    put_number(batch, NFTA_META_KEY, NFT_META_L4PROTO);
    close_expression(batch, one);
    compare(batch, NFT_CMP_EQ, &(uint8_t){IPPROTO_TCP}, 1);
}

static void load(struct batch *batch, int into, const void *value, size_t length) {
    struct expression one = open_expression(batch, "immediate");
    put_number(batch, NFTA_IMMEDIATE_DREG, (uint32_t)into);
    struct nlattr *data = nest(batch, NFTA_IMMEDIATE_DATA);
    put(batch, NFTA_DATA_VALUE, value, length);
    close_nest(batch, data);
    close_expression(batch, one);
}

static void hand_over(struct batch *batch, int family, const void *address, size_t length) {
    uint16_t port = htons(CAPTURE_PORT);
    load(batch, NFT_REG_1, address, length);
    load(batch, NFT_REG_2, &port, sizeof port);
    struct expression one = open_expression(batch, "tproxy");
    put_number(batch, NFTA_TPROXY_FAMILY, (uint32_t)family);
    put_number(batch, NFTA_TPROXY_REG_ADDR, NFT_REG_1);
    put_number(batch, NFTA_TPROXY_REG_PORT, NFT_REG_2);
    close_expression(batch, one);
}

static void add_chain(struct batch *batch, int family) {
    struct nlmsghdr *table =
        begin(batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_ACK, family, 0);
    put_text(batch, NFTA_TABLE_NAME, TABLE);
    finish(batch, table);

    struct nlmsghdr *chain =
        begin(batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK, family, 0);
    put_text(batch, NFTA_CHAIN_TABLE, TABLE);
    put_text(batch, NFTA_CHAIN_NAME, CHAIN);
    struct nlattr *hook = nest(batch, NFTA_CHAIN_HOOK);
    put_number(batch, NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING);
    put_number(batch, NFTA_HOOK_PRIORITY, (uint32_t)BEFORE_LOCAL);
    close_nest(batch, hook);
    put_text(batch, NFTA_CHAIN_TYPE, "filter");
    finish(batch, chain);
}

struct rule {
    struct nlmsghdr *header;
    struct nlattr *expressions;
};

static struct rule open_rule(struct batch *batch, int family) {
    struct rule rule = {.header = begin(batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE,
                                        NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, family, 0)};
    put_text(batch, NFTA_RULE_TABLE, TABLE);
    put_text(batch, NFTA_RULE_CHAIN, CHAIN);
    rule.expressions = nest(batch, NFTA_RULE_EXPRESSIONS);
    only_tcp(batch);
    return rule;
}

static void close_rule(struct batch *batch, struct rule rule) {
    close_nest(batch, rule.expressions);
    finish(batch, rule.header);
}

enum { TO_IPV4 = 16, TO_IPV6 = 24, TO_PORT = 2 }; // where a header holds its destination

static void add_rules_of_ipv4(struct batch *batch) {
    static const uint8_t fake[] = {127, 1}, loopback[] = {127}, here[] = {127, 0, 0, 1};
    uint16_t http = htons(80), tls = htons(443); // these have listeners of their own
    struct rule names = open_rule(batch, NFPROTO_IPV4);
    look_at(batch, NFT_PAYLOAD_NETWORK_HEADER, TO_IPV4, NFT_CMP_EQ, fake, sizeof fake);
    look_at(batch, NFT_PAYLOAD_TRANSPORT_HEADER, TO_PORT, NFT_CMP_NEQ, &http, sizeof http);
    look_at(batch, NFT_PAYLOAD_TRANSPORT_HEADER, TO_PORT, NFT_CMP_NEQ, &tls, sizeof tls);
    hand_over(batch, NFPROTO_IPV4, here, sizeof here);
    close_rule(batch, names);

    struct rule addresses = open_rule(batch, NFPROTO_IPV4);
    look_at(batch, NFT_PAYLOAD_NETWORK_HEADER, TO_IPV4, NFT_CMP_NEQ, loopback, sizeof loopback);
    hand_over(batch, NFPROTO_IPV4, here, sizeof here);
    close_rule(batch, addresses);
}

static void add_rules_of_ipv6(struct batch *batch) {
    struct rule addresses = open_rule(batch, NFPROTO_IPV6);
    look_at(batch, NFT_PAYLOAD_NETWORK_HEADER, TO_IPV6, NFT_CMP_NEQ, &in6addr_loopback, sizeof in6addr_loopback);
    hand_over(batch, NFPROTO_IPV6, &in6addr_loopback, sizeof in6addr_loopback);
    close_rule(batch, addresses);
}

// Sends, and waits until each of so many messages was acknowledged; the first that wasn't is the error.
static int tell(int protocol, const struct batch *batch, uint32_t acknowledged) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), error = 0;
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit)
        || sendto(fd, batch->bytes, batch->length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
        error = errno;
    while (!error && acknowledged) {
        char answer[MESSAGE_BYTES];
        ssize_t length = recv(fd, answer, sizeof answer, 0);
        if (length <= 0) {
            error = length ? errno : EPROTO;
            break;
        }
        for (struct nlmsghdr *one = (struct nlmsghdr *)answer; !error && NLMSG_OK(one, (size_t)length);
             one = NLMSG_NEXT(one, length)) {
            if (one->nlmsg_type != NLMSG_ERROR)
                continue;
            error = -((struct nlmsgerr *)NLMSG_DATA(one))->error;
            if (acknowledged)
                acknowledged--;
        }
    }
    if (fd >= 0)
        close(fd);
    return error;
}

static int add_rules(int family) {
    struct batch batch = {.length = 0};
    begin(&batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    add_chain(&batch, family);
    if (family == NFPROTO_IPV4)
        add_rules_of_ipv4(&batch);
    else
        add_rules_of_ipv6(&batch);
    uint32_t asked = batch.messages - 1;
    begin(&batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    return tell(NETLINK_NETFILTER, &batch, asked);
}

static int open_transparent(int family) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(CAPTURE_PORT)};
    struct sockaddr_in6 six = {
        .sin6_family = AF_INET6, .sin6_port = htons(CAPTURE_PORT), .sin6_addr = in6addr_loopback};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    int is_four = family == AF_INET;
    if (fd < 0)
        return -1;
    if (setsockopt(fd, is_four ? SOL_IP : SOL_IPV6, is_four ? IP_TRANSPARENT : IPV6_TRANSPARENT, &on, sizeof on)
        || bind(fd, is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six, is_four ? sizeof four : sizeof six)
        || listen(fd, CAPTURE_BACKLOG)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int capture(int family) {
    int fd = open_transparent(family);
    if (fd < 0)
        return -1;
    int error = add_rules(family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
    if (error) {
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int capture_address(const char *text) {
    struct batch batch = {.length = NLMSG_SPACE(sizeof(struct rtmsg)), .messages = 1};
    struct nlmsghdr *header = (struct nlmsghdr *)batch.bytes;
    unsigned char bytes[sizeof(struct in6_addr)];
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, bytes) != 1) {
        errno = EINVAL;
        return -1;
    }
    size_t length = family == AF_INET ? sizeof(struct in_addr) : sizeof bytes;
    *header = (struct nlmsghdr){.nlmsg_type = RTM_NEWROUTE,
                                .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
                                .nlmsg_seq = 1};
    *(struct rtmsg *)NLMSG_DATA(header) = (struct rtmsg){.rtm_family = (unsigned char)family,
                                                         .rtm_dst_len = (unsigned char)(length * 8),
                                                         .rtm_table = RT_TABLE_LOCAL,
                                                         .rtm_protocol = RTPROT_STATIC,
                                                         .rtm_scope = RT_SCOPE_HOST,
                                                         .rtm_type = RTN_LOCAL};
    put(&batch, RTA_DST, bytes, length);
    put(&batch, RTA_OIF, &(uint32_t){if_nametoindex("lo")}, sizeof(uint32_t));
    if (family == AF_INET)
        put(&batch, RTA_PREFSRC, &(uint32_t){htonl(INADDR_LOOPBACK)}, sizeof(uint32_t));
    finish(&batch, header);
    int error = tell(NETLINK_ROUTE, &batch, 1);
    errno = error;
    return error ? -1 : 0;
}

// In a network of its own, which ends with it: the rules that a sandbox would get.
int capture_applet(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
        fail("make a network of its own");
    if (capture(AF_INET) < 0)
        fail("capture every port");
    return 0;
}
