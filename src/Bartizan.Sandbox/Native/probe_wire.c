/*
 * `probe wire SCRIPT`: sends exact bytes to addresses, from inside the sandbox, and prints what came back. It knows no
 * protocol: whoever writes the script knows what the bytes mean. One case after another, each in a process of its own.
 *
 *   case ID                 begins a case
 *   tcp ADDRESS PORT        connects;             → ok | an errno's name
 *   udp ADDRESS PORT        points a socket there → ok | an errno's name
 *   send HEX                sends                 → ok | an errno's name
 *   head MS                 reads up to an empty line → received | closed | reset | time-out, and the bytes
 *   all MS                  reads until the other side closes
 *   more MS                 reads once
 *   wait MS                 lets time pass: what must be over after it is looked at next
 *   upload MEGABYTES        sends that much of nothing  → how many bytes went
 *   connections COUNT       opens as many more to the same address → how many were made, in a line of its own ("made"),
 *                           and how many stand after SETTLE_MILLISECONDS
 *   names COUNT             asks as many distinct DNS names there → how many were answered
 *   ask HEX                 sends a DNS query and keeps the address of its answer: "tcp answer PORT" connects there
 *
 * Each step prints {"id":…,"step":…,"result":…,"bytes":hex}.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCRIPT_BYTES (1 << 20)
#define READ_BYTES 65536          /* a refusal page and its headers are far shorter */
#define CASE_SECONDS 60           /* the floods take longest */
#define SETTLE_MILLISECONDS 1000  /* by then a limit has closed what it closes */
#define CONNECT_MILLISECONDS 3000
#define MEGABYTE (1024L * 1024L)

static char script[SCRIPT_BYTES];
static unsigned char bytes[READ_BYTES];
static const char *case_id;
static char answered_address[INET_ADDRSTRLEN];
static struct sockaddr_storage address;
static socklen_t address_length;
static int connection = -1;

static void say(const char *step, const char *result, const unsigned char *data, size_t length)
{
    static char line[READ_BYTES * 2 + 512];
    int at = snprintf(line, 512, "{\"id\":\"%s\",\"step\":\"%s\",\"result\":\"%s\",\"bytes\":\"", case_id, step, result);
    for (size_t i = 0; i < length; i++)
        at += sprintf(line + at, "%02x", data[i]);
    at += sprintf(line + at, "\"}\n");
    for (int done = 0; done < at;) {
        ssize_t n = write(1, line + done, (size_t)(at - done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(3);
        done += (int)n;
    }
}

static void say_error(const char *step, int error)
{
    char room[24];
    say(step, error ? errno_name(error, room, sizeof room) : "ok", NULL, 0);
}

static void say_count(const char *step, long count)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", count);
    say(step, text, NULL, 0);
}

static long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int set_address(const char *text, int port)
{
    memset(&address, 0, sizeof address);
    struct sockaddr_in *four = (void *)&address;
    struct sockaddr_in6 *six = (void *)&address;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        address_length = sizeof *four;
        return 0;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        address_length = sizeof *six;
        return 0;
    }
    return EINVAL;
}

static int connect_to(int type)
{
    connection = socket(address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection < 0)
        return errno;
    if (!connect(connection, (void *)&address, address_length))
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    struct pollfd wait = {.fd = connection, .events = POLLOUT};
    if (poll(&wait, 1, CONNECT_MILLISECONDS) <= 0)
        return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

static int send_all(const unsigned char *data, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(connection, data + sent, length - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
            continue;
        }
        if (errno != EAGAIN)
            return errno;
        struct pollfd wait = {.fd = connection, .events = POLLOUT};
        if (poll(&wait, 1, CONNECT_MILLISECONDS) <= 0)
            return ETIMEDOUT;
    }
    return 0;
}

static void send_hex(const char *hex)
{
    size_t length = strlen(hex) / 2;
    unsigned char *data = malloc(length + 1);
    for (size_t i = 0; data && i < length; i++) {
        unsigned value = 0;
        sscanf(hex + 2 * i, "%2x", &value);
        data[i] = (unsigned char)value;
    }
    say_error("send", data ? send_all(data, length) : ENOMEM);
    free(data);
}

/* The last four bytes of an answer with one A record are its address. */
static void ask(const char *query)
{
    unsigned char answer[1500];
    send_hex(query);
    struct pollfd wait = {.fd = connection, .events = POLLIN};
    ssize_t n = poll(&wait, 1, CONNECT_MILLISECONDS) > 0 ? recv(connection, answer, sizeof answer, 0) : -1;
    *answered_address = 0;
    if (n > 16 && answer[7] == 1)
        inet_ntop(AF_INET, answer + n - 4, answered_address, sizeof answered_address);
    say("ask", *answered_address ? answered_address : "no answer", answer, n > 0 ? (size_t)n : 0);
}

/* until: 'h' an empty line, 'a' the end, 'm' whatever comes first */
static void receive(const char *step, char until, int milliseconds)
{
    size_t have = 0;
    const char *result = "received";
    long end = now_milliseconds() + milliseconds;
    while (have < sizeof bytes) {
        long left = end - now_milliseconds();
        struct pollfd wait = {.fd = connection, .events = POLLIN};
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0) {
            result = "time-out";
            break;
        }
        ssize_t n = recv(connection, bytes + have, sizeof bytes - have, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            result = n == 0 ? "closed" : "reset";
            break;
        }
        have += n > 0 ? (size_t)n : 0;
        if (n > 0 && (until == 'm' || (until == 'h' && memmem(bytes, have, "\r\n\r\n", 4))))
            break;
    }
    say(step, result, bytes, have);
}

static void upload(long megabytes)
{
    static unsigned char block[65536];
    long sent = 0;
    while (sent < megabytes * MEGABYTE && !send_all(block, sizeof block))
        sent += (long)sizeof block;
    say_count("upload", sent);
}

static void open_connections(long count)
{
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct pollfd *opened_here = calloc((size_t)count, sizeof *opened_here);
    long made = 0, standing = 0;
    for (; opened_here && made < count; made++) {
        if (connect_to(SOCK_STREAM))
            break;
        opened_here[made] = (struct pollfd){.fd = connection, .events = POLLIN | POLLRDHUP};
    }
    poll(NULL, 0, SETTLE_MILLISECONDS);
    if (made > 0)
        poll(opened_here, (nfds_t)made, 0);
    for (long i = 0; i < made; i++)
        standing += !(opened_here[i].revents & (POLLRDHUP | POLLHUP | POLLERR));
    say_count("made", made);
    say_count("connections", standing);
}

static void ask_names(long count)
{
    long answered_here = 0;
    for (long i = 0; i < count; i++) {
        unsigned char query[64] = {(unsigned char)(i >> 8), (unsigned char)i, 1, 0, 0, 1};
        char label[24];
        int length = snprintf(label, sizeof label, "n%ld", i);
        size_t at = 12;
        query[at++] = (unsigned char)length;
        memcpy(query + at, label, (size_t)length);
        at += (size_t)length;
        memcpy(query + at, "\7example\0\0\1\0\1", 13);
        send(connection, query, at + 13, MSG_NOSIGNAL);
        unsigned char answer[1500];
        struct pollfd wait = {.fd = connection, .events = POLLIN};
        int patience = i + 1 == count ? SETTLE_MILLISECONDS : 0;
        while (poll(&wait, 1, patience) > 0 && recv(connection, answer, sizeof answer, 0) > 0)
            answered_here++;
    }
    say_count("names", answered_here);
}

static void step(char *line)
{
    char word[16], text[64];
    int number = 0;
    if (sscanf(line, "%15s", word) != 1)
        return;
    if (!strcmp(word, "tcp") || !strcmp(word, "udp")) {
        int error = sscanf(line, "%*s %63s %d", text, &number) != 2 ? EINVAL
                    : strcmp(text, "answer")                        ? set_address(text, number)
                                                                    : set_address(answered_address, number);
        say_error("connect", error ? error : connect_to(word[0] == 't' ? SOCK_STREAM : SOCK_DGRAM));
        return;
    }
    char *argument = strchr(line, ' ');
    if (!argument)
        return;
    argument++;
    number = atoi(argument);
    if (!strcmp(word, "send"))
        send_hex(argument);
    else if (!strcmp(word, "ask"))
        ask(argument);
    else if (!strcmp(word, "head"))
        receive(word, 'h', number);
    else if (!strcmp(word, "all"))
        receive(word, 'a', number);
    else if (!strcmp(word, "more"))
        receive(word, 'm', number);
    else if (!strcmp(word, "wait"))
        poll(NULL, 0, number);
    else if (!strcmp(word, "upload"))
        upload(number);
    else if (!strcmp(word, "connections"))
        open_connections(number);
    else if (!strcmp(word, "names"))
        ask_names(number);
    else
        say(word, "no such step", NULL, 0);
}

int wire_main(const char *path)
{
    ssize_t n = read_file(path, script, sizeof script - 1);
    if (n < 0) {
        dprintf(2, "probe: the script can't be read: %s\n", strerror(errno));
        return 125;
    }
    script[n] = 0;
    char *rest = script, *line = strsep(&rest, "\n");
    while (line && !strncmp(line, "case ", 5)) {
        case_id = line + 5;
        pid_t child = fork();
        for (line = strsep(&rest, "\n"); line && strncmp(line, "case ", 5); line = strsep(&rest, "\n"))
            if (child == 0) {
                alarm(CASE_SECONDS);
                step(line);
            }
        if (child == 0)
            _exit(0);
        int status = 0;
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        say("end", child < 0 ? "no process" : WIFSIGNALED(status) ? "killed" : "done", NULL, 0);
    }
    return 0;
}
