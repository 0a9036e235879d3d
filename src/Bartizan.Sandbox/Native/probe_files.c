/* Attempts on the host's files, devices and mounts. */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif

static void reads(const char *path)
{
    char room[64];
    ssize_t n = read_file(path, room, sizeof room);
    if (n < 0)
        blocked_by(errno);
    if (n == 0)
        blocked("empty");
    opened("read %zd bytes", n); /* never the bytes: they may be a real key */
}

static void read_shadow(void) { reads("/etc/shadow"); }
static void read_key(void) { reads(setting("key-file")); }
static void read_canary(void) { reads(setting("canary-file")); }

/* A home of the host shows something else than the agent's own. */
static void list_homes(void)
{
    const char *homes[] = {"/home", setting("host-home")};
    int error = ENOENT;
    for (size_t i = 0; i < 2; i++) {
        DIR *directory = *homes[i] ? opendir(homes[i]) : NULL;
        if (!directory) {
            error = *homes[i] ? errno : error;
            continue;
        }
        struct dirent *entry;
        while ((entry = readdir(directory)))
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && strcmp(entry->d_name, "agent"))
                opened("listed a home of the host");
        closedir(directory);
    }
    blocked_by(error);
}

static void creates(const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/.bartizan-probe-%d", directory, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        blocked_by(errno);
    close(fd);
    unlink(path);
    opened("wrote");
}

/* A program of the system, opened for writing and not written. Something of it may be running: that is reached too. */
static void open_program(void)
{
    int fd = open("/usr/bin/true", O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        opened("opened for writing");
    if (errno == ETXTBSY)
        opened("reached the file: ETXTBSY");
    blocked_by(errno);
}

static void write_root(void) { creates("/"); }
static void write_usr(void) { creates("/usr"); }
static void write_etc(void) { creates("/etc"); }

static void symlink_to_shadow(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/probe-link", setting("workspace"));
    unlink(path);
    if (symlink("/etc/shadow", path))
        blocked("no link could be made: %s", strerror(errno));
    char room[64];
    ssize_t n = read_file(path, room, sizeof room);
    int error = errno;
    unlink(path);
    if (n < 0)
        blocked_by(error);
    opened("read through the link");
}

static void process_1_root(void)
{
    char path[4096];
    snprintf(path, sizeof path, "/proc/1/root%s", setting("canary-directory"));
    DIR *directory = opendir(path);
    if (!directory)
        blocked_by(errno);
    opened("listed a directory of the host");
}

static void self_root_dot_dot(void)
{
    char path[4096];
    snprintf(path, sizeof path, "/proc/self/root/../../..%s", setting("canary-file"));
    reads(path);
}

static void file_descriptor(long fd)
{
    if (fd < 0)
        blocked_by(errno);
    opened("got a descriptor");
}

static void open_tree_of_root(void) { file_descriptor(syscall(SYS_open_tree, AT_FDCWD, "/", 1)); }
static void open_file_system(void) { file_descriptor(syscall(SYS_fsopen, "tmpfs", 0)); }

static void make_block_device(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/probe-block", setting("workspace"));
    unlink(path);
    if (mknod(path, S_IFBLK | 0600, makedev(254, 0)))
        blocked_by(errno);
    unlink(path);
    opened("made a block device");
}

static void name_to_handle(void)
{
    struct { unsigned length; int type; unsigned char bytes[128]; } handle = {.length = sizeof handle.bytes};
    int mount_id;
    if (syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount_id, 0))
        blocked_by(errno);
    opened("got a handle");
}

static void open_by_handle(void)
{
    struct { unsigned length; int type; unsigned char bytes[64]; } handle = {.length = 8, .type = 1, .bytes = {2}};
    if (syscall(SYS_open_by_handle_at, 3, &handle, 0) >= 0)
        opened("opened");
    if (errno == EBADF || errno == ESTALE || errno == EINVAL)
        opened("reached the kernel");
    blocked_by(errno);
}

/* The launch helper is mounted and no Landlock rule allows it: nothing else than Landlock hides it. */
static void read_helper(void) { reads(setting("helper")); }

static void opens_device(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        blocked_by(errno);
    opened("opened");
}

static void device_vda(void) { opens_device("/dev/vda"); }
static void device_mem(void) { opens_device("/dev/mem"); }
static void device_kmsg(void) { opens_device("/dev/kmsg"); }
static void device_kvm(void) { opens_device("/dev/kvm"); }
static void device_fuse(void) { opens_device("/dev/fuse"); }
static void device_tun(void) { opens_device("/dev/net/tun"); }
static void device_vsock(void) { opens_device("/dev/vsock"); }
static void device_loop(void) { opens_device("/dev/loop-control"); }

static void result(long answer, const int *reached)
{
    if (answer >= 0)
        opened("done");
    for (; *reached; reached++)
        if (errno == *reached)
            opened("reached the kernel");
    blocked_by(errno);
}

static const int nothing[] = {0};
static const int refused_late[] = {EINVAL, EBUSY, 0};

static void mount_tmpfs(void) { result(mount("probe", "/tmp", "tmpfs", 0, ""), nothing); }
static void remount_root(void) { result(mount("none", "/", NULL, MS_REMOUNT | MS_BIND, ""), nothing); }
static void unmount_proc(void) { result(umount2("/proc", MNT_DETACH), refused_late); }
static void pivot(void) { result(syscall(SYS_pivot_root, "/tmp", "/tmp"), refused_late); }
static void change_root(void) { result(chroot("/tmp"), nothing); }

const struct attempt file_attempts[] = {
    {"fs.read_host_shadow", read_shadow, CONTROL_PLAIN, 0},
    {"fs.read_host_ssh_key", read_key, CONTROL_PLAIN, 0},
    {"fs.read_host_root_file", read_canary, CONTROL_PLAIN, 0},
    {"fs.list_host_home", list_homes, CONTROL_PLAIN, 0},
    {"fs.write_root", write_root, CONTROL_PLAIN, 0},
    {"fs.write_usr", write_usr, CONTROL_PLAIN, 0},
    {"fs.write_etc", write_etc, CONTROL_PLAIN, 0},
    {"fs.write_bin_overwrite", open_program, CONTROL_PLAIN, 0},
    {"fs.symlink_ws_to_shadow", symlink_to_shadow, CONTROL_PLAIN, 0},
    {"fs.proc1_root", process_1_root, CONTROL_CAGED, 0},
    {"fs.proc_self_root_dotdot", self_root_dot_dot, CONTROL_PLAIN, 0},
    {"fs.open_tree", open_tree_of_root, CONTROL_CAGED, 0},
    {"fs.fsopen", open_file_system, CONTROL_CAGED, 0},
    {"fs.mknod_blk", make_block_device, CONTROL_PLAIN, 0},
    {"fs.name_to_handle_at", name_to_handle, CONTROL_PLAIN, 0},
    {"fs.open_by_handle_at", open_by_handle, CONTROL_PLAIN, 0},
    {"dev.open_vda", device_vda, CONTROL_PLAIN, 0},
    {"dev.open_mem", device_mem, CONTROL_PLAIN, 0},
    {"dev.open_kmsg", device_kmsg, CONTROL_PLAIN, 0},
    {"dev.open_kvm", device_kvm, CONTROL_PLAIN, 0},
    {"dev.open_fuse", device_fuse, CONTROL_PLAIN, 0},
    {"dev.open_net_tun", device_tun, CONTROL_PLAIN, 0},
    {"dev.open_vsock", device_vsock, CONTROL_PLAIN, 0},
    {"dev.open_loop-control", device_loop, CONTROL_PLAIN, 0},
    {"fs.mount_tmpfs", mount_tmpfs, CONTROL_CAGED, 0},
    {"fs.remount_rw_root", remount_root, CONTROL_CAGED, 0},
    {"fs.umount_proc", unmount_proc, CONTROL_CAGED, 0},
    {"fs.pivot_root", pivot, CONTROL_CAGED, 0},
    {"fs.chroot", change_root, CONTROL_CAGED, 0},
    {"layer.landlock", read_helper, CONTROL_PLAIN, 0},
    {NULL, NULL, CONTROL_PLAIN, 0},
};
