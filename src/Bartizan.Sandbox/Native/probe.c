/*
 * The `probe` applet: tries to break out of the sandbox it runs in, one attempt after another.
 *
 *   bartizan-helper probe run SETTINGS       inside: every attempt, one JSON line each
 *   bartizan-helper probe control SETTINGS   outside: the same acts where nothing forbids them (the positive controls)
 *   bartizan-helper probe wire SCRIPT        inside: sends the bytes of a script to addresses and prints what came back
 *   bartizan-helper probe plant DIR CANARY [deep]  inside: leaves in the workspace what could fool a reader on the host
 *   bartizan-helper probe victim MARK        outside: a process for the attempts to find; ends when its stdin closes
 *   bartizan-helper probe nest [PID]         outside: makes a user namespace below that of a process
 *   bartizan-helper probe wait               inside: ends when its stdin closes
 *
 * Raw system calls and no library beyond libc, so that it runs in any image. Every attempt is a process of its own with a
 * time-out: one that is killed or hangs says so in its line and the rest goes on. SETTINGS is `key=value` lines.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPT_SECONDS 10      /* an attempt is a few system calls; ten seconds is a hang */
#define FORK_RETRIES 200        /* 200 x 25 ms: processes of the last attempt need a moment to die */
#define SETTINGS_BYTES 65536    /* a settings file has a dozen short lines */
#define SETTINGS_COUNT 64
#define REPORT_BYTES 256

int probe_outside;
static int report_fd = -1;
static char settings_text[SETTINGS_BYTES];
static const char *keys[SETTINGS_COUNT], *values[SETTINGS_COUNT];
static int settings_count;

int load_settings(const char *path)
{
    ssize_t n = read_file(path, settings_text, sizeof settings_text - 1);
    if (n < 0)
        return -1;
    settings_text[n] = 0;
    char *rest = settings_text, *line;
    while ((line = strsep(&rest, "\n")) && settings_count < SETTINGS_COUNT) {
        char *equals = strchr(line, '=');
        if (!equals)
            continue;
        *equals = 0;
        keys[settings_count] = line;
        values[settings_count++] = equals + 1;
    }
    return 0;
}

const char *setting(const char *key)
{
    for (int i = 0; i < settings_count; i++)
        if (!strcmp(keys[i], key))
            return values[i];
    return "";
}

long number_setting(const char *key, long otherwise)
{
    const char *text = setting(key);
    return *text ? strtol(text, NULL, 10) : otherwise;
}

ssize_t read_file(const char *path, void *into, size_t length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    size_t have = 0;
    ssize_t n = 0;
    while (have < length && (n = read(fd, (char *)into + have, length - have)) > 0)
        have += (size_t)n;
    int error = errno;
    close(fd);
    errno = error;
    return n < 0 && !have ? -1 : (ssize_t)have;
}

const char *errno_name(int error, char *room, size_t length)
{
    static const struct { int value; const char *name; } names[] = {
        {EPERM, "EPERM"}, {ENOENT, "ENOENT"}, {ESRCH, "ESRCH"}, {EINTR, "EINTR"}, {EIO, "EIO"}, {ENXIO, "ENXIO"},
        {EBADF, "EBADF"}, {ECHILD, "ECHILD"}, {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"},
        {EFAULT, "EFAULT"}, {EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}, {EXDEV, "EXDEV"}, {ENODEV, "ENODEV"},
        {ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"}, {EINVAL, "EINVAL"}, {ENFILE, "ENFILE"}, {EMFILE, "EMFILE"},
        {ENOTTY, "ENOTTY"}, {ETXTBSY, "ETXTBSY"}, {EFBIG, "EFBIG"}, {ENOSPC, "ENOSPC"}, {EROFS, "EROFS"},
        {EPIPE, "EPIPE"}, {ENOSYS, "ENOSYS"}, {ELOOP, "ELOOP"}, {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
        {ENOTSUP, "ENOTSUP"}, {EAFNOSUPPORT, "EAFNOSUPPORT"}, {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {ENETUNREACH, "ENETUNREACH"}, {ECONNRESET, "ECONNRESET"}, {ETIMEDOUT, "ETIMEDOUT"},
        {ECONNREFUSED, "ECONNREFUSED"}, {EHOSTUNREACH, "EHOSTUNREACH"}, {ESTALE, "ESTALE"}, {EDQUOT, "EDQUOT"},
        {EMSGSIZE, "EMSGSIZE"}, {EOVERFLOW, "EOVERFLOW"}, {ENOEXEC, "ENOEXEC"}, {EUSERS, "EUSERS"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].value == error)
            return names[i].name;
    snprintf(room, length, "errno %d", error);
    return room;
}

/* One letter, then the observation, in one write: shorter than PIPE_BUF, so it arrives whole. */
_Noreturn static void report(char verdict, const char *format, va_list arguments)
{
    char text[REPORT_BYTES];
    text[0] = verdict;
    int n = vsnprintf(text + 1, sizeof text - 1, format, arguments);
    size_t length = 1 + (n < 0 ? 0 : (size_t)n < sizeof text - 2 ? (size_t)n : sizeof text - 2);
    if (write(report_fd, text, length) != (ssize_t)length)
        _exit(1);
    _exit(0);
}

#define REPORTER(name, letter)               \
    _Noreturn void name(const char *format, ...) \
    {                                        \
        va_list arguments;                   \
        va_start(arguments, format);         \
        report(letter, format, arguments);   \
    }
REPORTER(blocked, 'B')
REPORTER(opened, 'O')
REPORTER(inconclusive, 'I')
REPORTER(not_applicable, 'N')

_Noreturn void blocked_by(int error)
{
    char room[24];
    blocked("%s", errno_name(error, room, sizeof room));
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0) { /* what needed it will say so */
    }
    close(fd);
}

/* Throwaway namespaces, with every capability in them: the same act where no layer forbids it, and no trace after. */
static void enter_cage(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC;
    if (geteuid() != 0)
        flags |= CLONE_NEWUSER;
    if (unshare(flags))
        inconclusive("control: no namespaces of its own: %s", strerror(errno));
    if (flags & CLONE_NEWUSER) {
        char map[64];
        write_text("/proc/self/setgroups", "deny");
        snprintf(map, sizeof map, "0 %u 1", uid);
        write_text("/proc/self/uid_map", map);
        snprintf(map, sizeof map, "0 %u 1", gid);
        write_text("/proc/self/gid_map", map);
    }

    /* Twice: the first is process 1 of the cage, which some attempts attack; the second attempts. */
    for (int level = 0; level < 2; level++) {
        pid_t child = fork();
        if (child < 0)
            inconclusive("control: fork: %s", strerror(errno));
        if (child > 0) {
            int status;
            while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
            if (WIFSIGNALED(status)) { /* pass the signal on to whoever judges it */
                signal(WTERMSIG(status), SIG_DFL);
                blocked("killed by signal %d", WTERMSIG(status));
            }
            _exit(WEXITSTATUS(status));
        }
        if (level == 0) {
            if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("proc", "/proc", "proc", 0, NULL))
                inconclusive("control: mount: %s", strerror(errno));
            const char *workspace = setting("workspace");
            if (*workspace) /* a mount that names a host path, as a careless launch would make */
                mount(workspace, workspace, NULL, MS_BIND, NULL);
        }
    }
}

static void raise_limits(void)
{
    static const int which[] = {RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_FSIZE, RLIMIT_AS};
    for (size_t i = 0; i < sizeof which / sizeof *which; i++) {
        struct rlimit limit;
        if (getrlimit(which[i], &limit))
            continue;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(which[i], &limit);
    }
}

static void print_line(const char *id, char verdict, const char *observed)
{
    const char *result = verdict == 'B'   ? "blocked"
                         : verdict == 'O' ? "open"
                         : verdict == 'N' ? "not-applicable"
                                          : "inconclusive";
    char line[REPORT_BYTES * 6 + 128], *at = line;
    at += sprintf(at, "{\"id\":\"%s\",\"result\":\"%s\",\"observed\":\"", id, result);
    for (const unsigned char *c = (const unsigned char *)observed; *c; c++) {
        if (*c == '"' || *c == '\\')
            at += sprintf(at, "\\%c", *c);
        else if (*c < 0x20 || *c > 0x7e)
            at += sprintf(at, "\\u%04x", *c);
        else
            *at++ = (char)*c;
    }
    at += sprintf(at, "\"}\n");
    for (char *from = line; from < at;) {
        ssize_t n = write(1, from, (size_t)(at - from));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(3); /* nobody listens: the missing lines count against the sandbox */
        from += n;
    }
}

static pid_t fork_patiently(void)
{
    for (int i = 0; i < FORK_RETRIES; i++) {
        pid_t child = fork();
        if (child >= 0 || errno != EAGAIN)
            return child;
        nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    }
    return -1;
}

static void judge_signal(char *text, size_t length, int number, int overdue)
{
    /* A filter kills with SIGSYS, the memory limit with SIGKILL, the file size limit with SIGXFSZ; a CPU that doesn't know
       the 32-bit gate raises SIGSEGV. Another signal is a fault of the attempt and proves nothing. */
    int expected = number == SIGSYS || number == SIGKILL || number == SIGXFSZ || number == SIGSEGV;
    const char *name = number == SIGSYS    ? "SIGSYS"
                       : number == SIGKILL ? "SIGKILL"
                       : number == SIGXFSZ ? "SIGXFSZ"
                       : number == SIGSEGV ? "SIGSEGV"
                                           : "a signal";
    if (overdue)
        snprintf(text, length, "Itime-out");
    else
        snprintf(text, length, "%ckilled by %s", expected ? 'B' : 'I', name);
}

static void try_one(const struct attempt *attempt)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        print_line(attempt->id, 'I', "no pipe");
        return;
    }
    pid_t child = fork_patiently();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        print_line(attempt->id, 'I', "no process for the attempt");
        return;
    }
    if (child == 0) {
        close(ends[0]);
        report_fd = ends[1];
        setpgid(0, 0);
        if (probe_outside) {
            raise_limits();
            if (attempt->control == CONTROL_CAGED)
                enter_cage();
        }
        attempt->run();
        inconclusive("the attempt ended without a verdict");
    }
    close(ends[1]);
    setpgid(child, child);
    char text[REPORT_BYTES + 1] = "";
    struct pollfd wait = {.fd = ends[0], .events = POLLIN};
    int seconds = attempt->seconds ? attempt->seconds : ATTEMPT_SECONDS;
    int ready = poll(&wait, 1, seconds * 1000);
    ssize_t n = ready > 0 ? read(ends[0], text, sizeof text - 1) : 0;
    text[n > 0 ? n : 0] = 0;
    close(ends[0]);
    kill(-child, SIGKILL); /* whatever the attempt left running */
    if (ready <= 0)
        kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!*text) {
        if (WIFSIGNALED(status))
            judge_signal(text, sizeof text, WTERMSIG(status), ready <= 0);
        else
            snprintf(text, sizeof text, "Iended with %d and said nothing", WEXITSTATUS(status));
    }
    print_line(attempt->id, text[0], text + 1);
}

static int try_all(void)
{
    static const struct attempt *const lists[] = {
        file_attempts, process_attempts, kernel_attempts, network_attempts, resource_attempts,
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct attempt *attempt = lists[i]; attempt->id; attempt++)
            try_one(attempt);
    return 0;
}

static int until_stdin_closes(void)
{
    char room[64];
    ssize_t n;
    if (write(1, "ready\n", 6) != 6)
        return 1;
    while ((n = read(0, room, sizeof room)) > 0 || (n < 0 && errno == EINTR)) {
    }
    return 0;
}

int probe_applet(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    signal(SIGXFSZ, SIG_IGN); /* so that the file size limit shows as EFBIG */
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(mode, "victim") || !strcmp(mode, "wait"))
        return until_stdin_closes();
    if (!strcmp(mode, "nest"))
        return nest_main(argc > 2 ? atoi(argv[2]) : 0);
    if (argc < 3) {
        dprintf(2, "probe: usage: probe run|control SETTINGS, probe wire SCRIPT, probe victim MARK, probe nest [PID], probe wait\n");
        return 125;
    }
    if (!strcmp(mode, "wire"))
        return wire_main(argv[2]);
    if (!strcmp(mode, "plant") && argc > 3)
        return plant_main(argv[2], argv[3], argc > 4);
    probe_outside = !strcmp(mode, "control");
    if (!probe_outside && strcmp(mode, "run")) {
        dprintf(2, "probe: no mode `%s`\n", mode);
        return 125;
    }
    if (load_settings(argv[2])) {
        dprintf(2, "probe: the settings file can't be read: %s\n", strerror(errno));
        return 125;
    }
    return try_all();
}
