/* Attempts to take more of the machine than the session's limits give. Last, because they are the roughest. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEGABYTE (1024L * 1024L)
#define PAGE 4096
#define ROUGH_SECONDS 60 /* a slow disk writes 300 MB in less */

static void take_memory(void)
{
    long megabytes = number_setting("memory-megabytes", 512);
    size_t length = (size_t)(megabytes * MEGABYTE);
    if (probe_outside) {
        static char text[4096];
        ssize_t n = read_file("/proc/meminfo", text, sizeof text - 1);
        char *available = n > 0 ? strstr(text, "MemAvailable:") : NULL;
        if (available && strtol(available + 13, NULL, 10) / 1024 < megabytes * 2)
            not_applicable("the host itself hasn't that much to spare");
    }
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) { /* so that it is this process that a limit ends, not the applet */
        if (write(fd, "1000", 4) < 0) { /* a layer forbids it: good too */
        }
        close(fd);
    }
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        blocked_by(errno);
    for (size_t at = 0; at < length; at += PAGE)
        memory[at] = 'x';
    opened("took %ld MB", megabytes);
}

static void take_processes(void)
{
    long wanted = number_setting("processes", 600);
    for (long i = 0; i < wanted; i++) {
        pid_t child = fork();
        if (child < 0) {
            char room[24];
            blocked("%s at %ld", errno_name(errno, room, sizeof room), i);
        }
        if (child == 0) {
            pause(); /* the applet ends the whole group */
            _exit(0);
        }
    }
    opened("%ld processes", wanted);
}

/* In files of the given size: one large file meets the limit of a file, many small ones that of the directory's disk. */
static void fills(const char *directory, long megabytes_each)
{
    static char block[MEGABYTE];
    long megabytes = number_setting("file-megabytes", 300);
    int fd = -1;
    for (long i = 0; i < megabytes; i++) {
        if (i % megabytes_each == 0) {
            char path[4096];
            snprintf(path, sizeof path, "%s/probe-big", directory);
            fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            if (fd < 0)
                blocked_by(errno);
            unlink(path); /* its bytes go with this process */
        }
        ssize_t n = write(fd, block, sizeof block);
        if (n < 0)
            blocked_by(errno);
        if (n < (ssize_t)sizeof block && write(fd, block, sizeof block) < 0)
            blocked_by(errno); /* a short write: the next one says why */
    }
    opened("wrote %ld MB", megabytes);
}

static void fill_workspace(void) { fills(setting("workspace"), LONG_MAX); }
static void fill_tmp(void) { fills(setting("tmp"), 10); }

static void take_descriptors(void)
{
    long wanted = number_setting("descriptors", 5000);
    for (long i = 0; i < wanted; i++)
        if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) {
            char room[24];
            blocked("%s at %ld", errno_name(errno, room, sizeof room), i);
        }
    opened("%ld descriptors", wanted);
}

const struct attempt resource_attempts[] = {
    {"res.nofile_5000", take_descriptors, CONTROL_PLAIN, 0},
    {"res.tmp_write_300M", fill_tmp, CONTROL_PLAIN, ROUGH_SECONDS},
    {"res.ws_write_300M", fill_workspace, CONTROL_PLAIN, ROUGH_SECONDS},
    {"res.fork_600", take_processes, CONTROL_PLAIN, ROUGH_SECONDS},
    {"res.mem_512M", take_memory, CONTROL_PLAIN, ROUGH_SECONDS},
    {NULL, NULL, CONTROL_PLAIN, 0},
};
