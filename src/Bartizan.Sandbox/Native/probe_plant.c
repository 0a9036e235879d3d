/*
 * `probe plant DIRECTORY CANARY [deep]`: makes, as an agent could, everything in a workspace that could fool whoever reads it from
 * the host: links that lead out, nodes that block or are devices, paths that are too long, names that are no text.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define LEVELS 300        /* more than any real tree, and with LEVEL_NAME longer than PATH_MAX */
#define LEVEL_NAME 40
#define CROWD 1500        /* more entries than the check lets a diff have */

static int put(int directory, const char *name, const char *text)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n < 0 ? -1 : 0;
}

static int nest(int directory)
{
    char name[LEVEL_NAME + 1];
    memset(name, 'd', LEVEL_NAME);
    name[LEVEL_NAME] = 0;
    int levels = 0, at = dup(directory);
    while (at >= 0 && levels < LEVELS && !mkdirat(at, name, 0755)) {
        int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = next;
        levels++;
    }
    if (at >= 0) {
        put(at, "bottom", "deep");
        close(at);
    }
    return levels;
}

static int crowd(int directory)
{
    int made = 0;
    if (mkdirat(directory, "crowd", 0755))
        return 0;
    for (; made < CROWD; made++) {
        char name[32];
        snprintf(name, sizeof name, "crowd/%d", made);
        if (put(directory, name, "x"))
            break;
    }
    return made;
}

int plant_main(const char *path, const char *canary, int deep)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || fchdir(directory)) {
        dprintf(2, "probe: the workspace can't be opened: %s\n", strerror(errno));
        return 1;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int links = !symlink("/etc/shadow", "shadow") + !symlink(canary, "canary") + !symlink("../../../../../../..", "up")
                + !symlink("/oldroot/etc", ".git") + !symlink("/proc/self/root", "root");
    int odd = !mkfifo("fifo", 0666) + !mknod("device", S_IFBLK | 0666, makedev(254, 0))
              + (socket_fd >= 0 && !bind(socket_fd, (void *)&address, sizeof address));
    int names = !put(directory, "line\nbreak", "x") + !put(directory, "no-text-\xff\xfe", "x");
    if (!put(directory, "set-id", "#!/bin/sh\n"))
        odd += !chmod("set-id", 04755);
    int plain = !put(directory, "plain", "planted");
    dprintf(1, "{\"links\":%d,\"odd\":%d,\"names\":%d,\"levels\":%d,\"crowd\":%d,\"plain\":%d}\n", links, odd, names,
            deep ? nest(directory) : 0, deep ? crowd(directory) : 0, plain);
    return 0;
}
