// launch: from the daemon's user to the sandbox's host user, then bwrap.
//
//   cgroup FD           enter the cgroup whose cgroup.procs this is
//   stage DIR           private mount namespace, with a tmpfs at DIR that the binds are put in (root only)
//   bind FD NAME KIND   pin what FD holds at DIR/NAME; KIND is dir or file, with "+agent" its owner becomes the sandbox's user
//   user ID             drop to this host user and group, with no group, no capability, no way back
//   exec WORD…          bwrap and its arguments, with no variables
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_BINDS = 1024 };
static const char stage_options[] = "mode=0711,size=1m,nr_inodes=4096";

struct bind {
    int tree;
    const char *name;
    int directory;
};

// User namespaces for id-mapped mounts: one per owner that was met, almost always one.
struct id_map {
    uid_t uid;
    gid_t gid;
    int namespace_fd;
};

static void write_map(pid_t child, const char *file, unsigned inside, unsigned outside) {
    char path[64], map[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)child, file);
    int length = snprintf(map, sizeof map, "%u %u 1", inside, outside);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, map, (size_t)length) != length)
        fail("write the id map of the mounts");
    close(fd);
}

// A user namespace that maps one owner to the sandbox's user lives as long as a descriptor holds it; its process is not needed.
static int make_namespace(uid_t uid, gid_t gid, uid_t user) {
    int ready[2], done[2];
    if (pipe2(ready, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
        fail("make pipes");
    pid_t child = fork();
    if (child < 0)
        fail("fork for the id map");
    if (child == 0) {
        char byte = unshare(CLONE_NEWUSER) ? 'E' : 'R';
        (void)!write(ready[1], &byte, 1);
        close(done[1]);
        (void)!read(done[0], &byte, 1);
        _exit(0);
    }
    char byte = 'E';
    if (read(ready[0], &byte, 1) != 1 || byte != 'R')
        fail_with("make the id map", "no user namespace");
    write_map(child, "uid_map", uid, user);
    write_map(child, "gid_map", gid, user);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)child);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail("open the id map");
    close(done[1]);
    close(done[0]);
    close(ready[0]);
    close(ready[1]);
    if (waitpid(child, NULL, 0) != child)
        fail("wait for the id map");
    return fd;
}

void give_to_user(int tree, uid_t user) {
    static struct id_map map = {.namespace_fd = -1};
    struct stat owner;
    if (fstat(tree, &owner))
        fail("look at a bind");
    if (owner.st_uid == user)
        return;
    if (map.namespace_fd < 0 || map.uid != owner.st_uid || map.gid != owner.st_gid) {
        if (map.namespace_fd >= 0)
            close(map.namespace_fd);
        map = (struct id_map){owner.st_uid, owner.st_gid, make_namespace(owner.st_uid, owner.st_gid, user)};
    }
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)map.namespace_fd};
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes))
        fail("id-map a mount (its file system may have none)");
}

int pin(int fd, int with_submounts) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (with_submounts ? AT_RECURSIVE : 0);
    int tree = (int)syscall(SYS_open_tree, fd, "", flags);
    if (tree < 0)
        fail("pin a bind");
    close(fd);
    return tree;
}

// Paths below a 0700 directory are out of the sandbox user's reach, and a path can change after it was checked. So what the
// daemon opened and checked is pinned by descriptor and put where the sandbox's user can name it, in a mount namespace that
// nobody else sees.
static void attach(const char *stage, const struct bind *binds, size_t count) {
    if (unshare(CLONE_NEWNS))
        fail("make a mount namespace");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        fail("make mounts private");
    // Nothing below /sys is shown to anybody; bwrap reads the table of mounts at every mount it makes, and /sys holds most.
    (void)umount2("/sys", MNT_DETACH);
    if (mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, stage_options))
        fail("mount the stage");
    int directory = open(stage, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        fail("open the stage");
    for (size_t i = 0; i < count; i++) {
        const struct bind *bind = &binds[i];
        if (bind->directory ? mkdirat(directory, bind->name, 0755) : mknodat(directory, bind->name, S_IFREG | 0444, 0))
            fail("make a mount point");
        if (syscall(SYS_move_mount, bind->tree, "", directory, bind->name, MOVE_MOUNT_F_EMPTY_PATH))
            fail("attach a bind");
        close(bind->tree);
    }
    close(directory);
}

static void enter_cgroup(int procs) {
    if (write(procs, "0", 1) != 1)
        fail("enter a cgroup");
    close(procs);
}

static void drop_to(uid_t user) {
    for (int capability = 0; capability <= 63; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EINVAL)
            fail("drop the bounding set");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
        fail("clear ambient capabilities");
    if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
        fail("become the sandbox's user");
}

void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    if (syscall(SYS_capset, &header, none))
        fail("drop capabilities");
}

int launch_applet(void) {
    struct words words = read_words(FD_LAUNCH_SPEC);
    const char *stage = NULL;
    static struct bind binds[MAX_BINDS];
    static int give[MAX_BINDS];
    size_t count = 0;
    uid_t user = 0;

    for (;;) {
        const char *verb = next_word(&words);
        if (!strcmp(verb, "exec")) {
            break;
        } else if (!strcmp(verb, "cgroup")) {
            enter_cgroup((int)next_number(&words));
        } else if (!strcmp(verb, "stage")) {
            stage = next_word(&words);
        } else if (!strcmp(verb, "user")) {
            user = (uid_t)next_number(&words);
        } else if (!strcmp(verb, "bind") && count < MAX_BINDS) {
            int fd = (int)next_number(&words);
            const char *name = next_word(&words), *kind = next_word(&words);
            give[count] = strstr(kind, "+agent") != NULL;
            // What is shown as the agent's own carries no foreign mount below it; ids of submounts would not be mapped.
            binds[count] = (struct bind){pin(fd, !give[count]), name, !strncmp(kind, "dir", 3)};
            count++;
        } else {
            fail_with("read the launch spec", verb);
        }
    }
    if (words.next >= words.count)
        fail_with("read the launch spec", "nothing to exec");

    if (stage) {
        for (size_t i = 0; i < count; i++)
            if (give[i])
                give_to_user(binds[i].tree, user);
        attach(stage, binds, count);
    }
    if (user)
        drop_to(user);
    // INVARIANT: bwrap never starts as host user 0: that uid could write /proc/sys from inside whatever else holds.
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) || !real || !effective || !saved)
        fail_with("become the sandbox's user", "still host user 0");
    drop_capabilities();
    // From here on no setuid program, a setuid bwrap neither, can give anything back.
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("set no_new_privs");

    char *nothing[] = {NULL};
    words.at[words.count] = NULL;
    execve(words.at[words.next], &words.at[words.next], nothing);
    fail("exec bwrap");
}
