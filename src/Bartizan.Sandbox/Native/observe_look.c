// observe's eyes: a process's memory, where its names lead, whose child it is. Everything that is read here is the agent's to choose;
// each read has its bound, and what can't be read is a gap, never a stop.
#define _GNU_SOURCE
#include "observe.h"

#include <fcntl.h>
#include <errno.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    LOOKS_UP = 4, // folders in which a name is looked for, two opens each: an agent can't make us search long by long names
};

// All of a sandbox's processes have one root: chroot and mount namespaces are refused by the same filter.
static int root = -1;

void know_root(pid_t process) {
    char name[64];
    if (root >= 0)
        return;
    snprintf(name, sizeof name, "/proc/%d/root", process);
    root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static ssize_t read_memory(pid_t process, uint64_t address, void *to, size_t size) {
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv(process, &here, 1, &there, 1, 0);
}

// Length of the text, or -1. Never over a page's end in one go: what lies behind it may not be there.
int read_text(pid_t process, uint64_t address, char *text, size_t size) {
    size_t have = 0;
    while (have + 1 < size) {
        size_t step = PAGE - (size_t)((address + have) % PAGE);
        if (step > size - 1 - have)
            step = size - 1 - have;
        ssize_t got = read_memory(process, address + have, text + have, step);
        if (got <= 0)
            return -1;
        char *end = memchr(text + have, '\0', (size_t)got);
        if (end)
            return (int)(end - text);
        have += (size_t)got;
    }
    text[have] = '\0';
    return (int)have;
}

// The arguments, each with its NUL; what doesn't fit is left out. The size of all.
size_t read_arguments(pid_t process, uint64_t address, char *text, size_t size) {
    size_t have = 0;
    for (int i = 0; i < ARGUMENT_COUNT && have + 2 < size; i++) {
        uint64_t one = 0;
        if (!address || read_memory(process, address + (uint64_t)i * sizeof one, &one, sizeof one) != sizeof one || !one)
            break;
        int length = read_text(process, one, text + have, size - have);
        if (length < 0)
            break;
        have += (size_t)length + 1;
    }
    return have;
}

static int link_of(int at, const char *name, char *text, size_t size) {
    errno = 0;
    ssize_t length = readlinkat(at, name, text, size - 1);
    if (length <= 0 || text[0] == '(')
        return -1;
    text[length] = '\0';
    return (int)length;
}

static int base_of(pid_t process, int base, char *text, size_t size) {
    char name[64];
    if (base == AT_FDCWD)
        snprintf(name, sizeof name, "/proc/%d/cwd", process);
    else
        snprintf(name, sizeof name, "/proc/%d/fd/%d", process, base);
    return link_of(AT_FDCWD, name, text, size);
}

static size_t digits(const char *text) { return strspn(text, "0123456789"); }

// PR_SET_DUMPABLE, and a program that can't be read, give a process's open files to root alone.
static int is_hidden(void) { return errno == EACCES || errno == EPERM; }

// /proc/N/fd/M and nothing behind it, of another process, by its number inside: the sandbox's own /proc tells, and only if it is one.
static int unmask_other(char *whole, size_t size, int *hidden) {
    char directory[48], text[PATH_BYTES];
    size_t process = strncmp(whole, "/proc/", 6) ? 0 : digits(whole + 6);
    const char *name = whole + 6 + process + 4;
    if (!process || process > 10 || strncmp(whole + 6 + process, "/fd/", 4) || !digits(name) || name[digits(name)] || digits(name) > 10)
        return 0;
    snprintf(directory, sizeof directory, "%.*s", (int)(name - whole), whole);
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, root, directory, &how, sizeof how);
    if (fd < 0) {
        *hidden |= is_hidden();
        return 0;
    }
    struct statfs on;
    errno = 0;
    int known = !fstatfs(fd, &on) && on.f_type == PROC_SUPER_MAGIC && link_of(fd, name, text, sizeof text) > 0;
    *hidden |= !known && is_hidden();
    close(fd);
    if (known)
        snprintf(whole, size, "%s", text);
    return known;
}

// What says nothing in a name: a slash behind a slash, and a dot between two.
static void plain(char *name) {
    char *to = name;
    for (const char *from = name; *from; from++) {
        while (*from == '/' && (from[1] == '/' || (from[1] == '.' && from[2] == '/')))
            from += from[1] == '/' ? 1 : 2;
        *to++ = *from;
    }
    *to = '\0';
}

// Names by which a process says "of mine": to whoever looks from outside they lead nowhere. 1 when the whole name was one of these, so
// that there is nothing more to look for; WHOLE then is what it stands for. A thread may have open files of its own: its process's are
// its leader's.
static int unmask(pid_t process, char *whole, size_t size, int *hidden) {
    static const struct {
        const char *begins, *stands;
        int leader;
    } own[] = {{"/proc/self/", "", 1}, {"/proc/thread-self/", "", 0}, {"/dev/fd/", "fd/", 1}};
    char name[64], text[PATH_BYTES], tail[2 * PATH_BYTES];
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        size_t begins = strlen(own[i].begins);
        if (strncmp(whole, own[i].begins, begins))
            continue;
        // An agent may have put something else in this link's place.
        if (*own[i].stands && (link_of(root, "dev/fd", text, sizeof text) < 0 || strcmp(text, "/proc/self/fd")))
            return 0;
        pid_t whose = process, parent;
        if (own[i].leader)
            read_family(process, &whose, &parent);
        const char *rest = whole + begins;
        size_t end = strcspn(rest, "/");
        if (!*own[i].stands && !strncmp(rest, "fd/", 3))
            end = 3 + strcspn(rest + 3, "/");
        if (end > 32)
            return 0;
        snprintf(name, sizeof name, "/proc/%d/%s%.*s", whose, own[i].stands, (int)end, rest);
        if (link_of(AT_FDCWD, name, text, sizeof text) < 0) {
            *hidden |= is_hidden();
            return 0;
        }
        snprintf(tail, sizeof tail, "%s", rest + end);
        return snprintf(whole, size, "%s%s", text, tail) < (int)size && !*tail;
    }
    return unmask_other(whole, size, hidden);
}

static int open_in_root(const char *path, uint64_t flags) {
    struct open_how how = {.flags = flags | O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int name_of(int fd, char *text, size_t size) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int length = link_of(AT_FDCWD, name, text, size);
    close(fd);
    return length;
}

static int is_missing(void) { return errno == ENOENT || errno == ENOTDIR; }

// That nothing stands behind a name is believed only where a directory that isn't /proc's has no such name: what leads through a link
// may lead a process somewhere and us nowhere. After LOOKS_UP it isn't sure. UPTO is cut down.
static int surely_missing(char *upto) {
    char above[2 * PATH_BYTES];
    char *last;
    for (int looks = 0; looks < LOOKS_UP && (last = strrchr(upto, '/')); looks++, *last = '\0') {
        *last = '\0';
        int directory = open_in_root(*upto ? upto : "/", 0);
        *last = '/';
        if (directory < 0)
            continue;
        struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC};
        int fd = (int)syscall(SYS_openat2, directory, last[1] ? last + 1 : ".", &how, sizeof how);
        int missing = fd < 0 && is_missing();
        if (fd >= 0)
            close(fd);
        return name_of(directory, above, sizeof above) > 0 && strncmp(above, "/proc", 5) && missing;
    }
    return 0;
}

// Where a name leads at this moment. FOLLOW: the last link too. Where it leads nowhere, what was said, made whole.
void look(pid_t process, int base, const char *said, int follow, struct place *place) {
    static char whole[2 * PATH_BYTES], upto[2 * PATH_BYTES];
    place->missing = place->resolved = place->hidden = 0;
    if (*said == '/')
        snprintf(whole, sizeof whole, "%s", said);
    else {
        int length = base_of(process, base, whole, PATH_BYTES);
        place->hidden = length < 0 && is_hidden();
        if (length < 0 || !*said) { // nameless: the open file itself
            snprintf(place->path, sizeof place->path, "%s", length < 0 ? said : whole);
            place->resolved = length >= 0 && !*said;
            return;
        }
        snprintf(whole + length, sizeof whole - (size_t)length, "/%s", said);
    }
    plain(whole);
    if (unmask(process, whole, sizeof whole, &place->hidden)) {
        place->resolved = 1;
        snprintf(place->path, sizeof place->path, "%s", whole);
        return;
    }
    int fd = open_in_root(whole, follow ? 0 : O_NOFOLLOW);
    if (fd >= 0 && name_of(fd, place->path, sizeof place->path) > 0) {
        place->resolved = 1;
        return;
    }
    if (fd < 0 && is_missing()) {
        snprintf(upto, sizeof upto, "%s", whole);
        place->missing = surely_missing(upto);
    }

    // What isn't there yet: the directory it would stand in, and its name.
    size_t end = strlen(whole);
    while (end > 1 && whole[end - 1] == '/')
        whole[--end] = '\0';
    char *last = strrchr(whole, '/');
    if (last && last[1] && strcmp(last + 1, "..") && strcmp(last + 1, ".")) {
        *last = '\0';
        fd = open_in_root(*whole ? whole : "/", 0);
        int length = fd < 0 ? -1 : name_of(fd, place->path, PATH_BYTES);
        if (length > 0) {
            snprintf(place->path + length, sizeof place->path - (size_t)length, "%s%s", length > 1 ? "/" : "", last + 1);
            return;
        }
        *last = '/';
    }
    snprintf(place->path, sizeof place->path, "%s", whole);
}

void read_family(pid_t process, pid_t *leader, pid_t *parent) {
    char name[64], text[1024];
    *leader = process;
    *parent = 0;
    snprintf(name, sizeof name, "/proc/%d/status", process);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0)
        return;
    text[size] = '\0';
    // After the name's line: a process names itself as it likes.
    char *line = strchr(text, '\n');
    char *group = line ? strstr(line, "\nTgid:") : NULL, *above = line ? strstr(line, "\nPPid:") : NULL;
    if (group)
        *leader = atoi(group + 6);
    if (above)
        *parent = atoi(above + 6);
}
