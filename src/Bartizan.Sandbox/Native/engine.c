// engine: the root of a container, made in a mount namespace that only this launch sees, then the engine that starts it.
//
//   user ID                   first: who the sandbox's user is on the host
//   hold FD HOW               before the tree: pins what FD holds; "+agent": its owner becomes the user, "+ro": read-only
//   tree DIR LOWER            a tmpfs at DIR, and at DIR/root the image's layers (overlayfs's LOWER) under an empty one of ours
//   directory PATH            a directory
//   place PATH                a file for the engine to mount on
//   tmpfs PATH BYTES MODE     an empty directory in memory, the sandbox user's
//   file FD PATH              a read-only file with FD's content
//   own FD PATH               the same, which the sandbox's user may change
//   symlink PATH TARGET       a symbolic link
//   show FD PATH KIND         what FD holds; KIND is dir or file
//   engine WORD…              the engine and its arguments, with no variables
//
// Every PATH is looked up with the image's root as its root (RESOLVE_IN_ROOT), and none leads over a link of the image: the same name is
// looked up again later, by the engine, the runtime and the shim, where other mounts or another root would lead the link elsewhere. A link
// of the image in the place of a file is taken away; in the place of a directory it ends the launch.
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, OPTION_BYTES = 4096 };
static const char tree_options[] = "mode=0711,size=16m,nr_inodes=8192";

static int look_up(int root, const char *path, uint64_t flags) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

// The directory that PATH lies in, made where it is missing; gives the last name of PATH.
static int parent_of(int root, const char *path, const char **name) {
    char upto[PATH_BYTES];
    size_t length = strlen(path);
    if (length < 2 || length >= sizeof upto || *path != '/')
        fail_with("make the container's root", path);
    *name = strrchr(path, '/') + 1;
    int at = look_up(root, "/", O_PATH | O_DIRECTORY);
    for (const char *end = strchr(path + 1, '/'); at >= 0 && end; end = strchr(end + 1, '/')) {
        size_t size = (size_t)(end - path);
        memcpy(upto, path, size);
        upto[size] = '\0';
        int next = look_up(root, upto, O_PATH | O_DIRECTORY);
        if (next < 0 && errno == ENOENT && !mkdirat(at, strrchr(upto, '/') + 1, 0755))
            next = look_up(root, upto, O_PATH | O_DIRECTORY);
        close(at);
        at = next;
    }
    if (at < 0)
        fail(path);
    return at;
}

static int directory(int root, const char *path) {
    const char *name;
    int parent = parent_of(root, path, &name);
    if (mkdirat(parent, name, 0755) && errno != EEXIST)
        fail(path);
    close(parent);
    int fd = look_up(root, path, O_PATH | O_DIRECTORY);
    if (fd < 0)
        fail(path);
    return fd;
}

// Only what lies in the overlay itself: what the plan shows is the host's.
static void take_link_away(int root, int parent, const char *name, const char *path) {
    struct stat link, place, whole;
    if (fstatat(parent, name, &link, AT_SYMLINK_NOFOLLOW) || !S_ISLNK(link.st_mode))
        return;
    if (fstat(parent, &place) || fstat(root, &whole) || place.st_dev != whole.st_dev || unlinkat(parent, name, 0))
        fail_with("make the container's root, where there is a link at", path);
}

// A file to mount on: the image's own where it has one.
static int file_target(int root, const char *path) {
    const char *name;
    int fd = look_up(root, path, O_PATH);
    if (fd >= 0)
        return fd;
    int parent = parent_of(root, path, &name);
    take_link_away(root, parent, name, path);
    int made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (made < 0)
        fail(path);
    close(made);
    close(parent);
    fd = look_up(root, path, O_PATH);
    if (fd < 0)
        fail(path);
    return fd;
}

static void copy_into(int from, int to) {
    struct stat status;
    if (fstat(from, &status))
        fail("read a file of the plan");
    off_t at = 0;
    while (at < status.st_size)
        if (sendfile(to, from, &at, (size_t)(status.st_size - at)) <= 0)
            fail("write a file of the plan");
    close(from);
}

static void restrict_mount(int tree, uint64_t attributes, unsigned recursive) {
    struct mount_attr set = {.attr_set = attributes | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | recursive, &set, sizeof set))
        fail("restrict a mount");
}

static void put(int tree, int target) {
    if (syscall(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
        fail("attach a mount");
    close(tree);
    close(target);
}

static int make_tree(const char *stage, const char *lower) {
    char options[OPTION_BYTES], path[PATH_BYTES];
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        fail("make a mount namespace");
    if (mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV, tree_options))
        fail("mount the stage");
    static const char *const parts[] = {"upper", "work", "root", "files"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s/%s", stage, parts[i]);
        if (mkdir(path, 0755))
            fail(path);
    }
    int length = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", lower, stage, stage);
    if (length >= (int)sizeof options)
        fail_with("mount the image", "it has too many layers; make one of fewer (podman build --squash-all)");
    snprintf(path, sizeof path, "%s/root", stage);
    if (mount("overlay", path, "overlay", MS_NOSUID | MS_NODEV, options))
        fail("mount the image");
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        fail("open the container's root");
    return root;
}

static void make_tmpfs(int root, struct words *words, uid_t user) {
    const char *path = next_word(words), *bytes = next_word(words), *mode = next_word(words);
    char options[128], target[64];
    int fd = directory(root, path);
    snprintf(options, sizeof options, "size=%s,mode=%s,uid=%u,gid=%u", bytes, mode, user, user);
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    if (mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options))
        fail(path);
    close(fd);
}

// A mount of its own, so that even in a directory of the agent's it can't be changed or replaced.
static void make_file(int root, const char *stage, struct words *words, int number) {
    int content = (int)next_number(words);
    const char *path = next_word(words);
    char kept[PATH_BYTES];
    snprintf(kept, sizeof kept, "%s/files/%d", stage, number);
    int fd = open(kept, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
    if (fd < 0 || fchmod(fd, 0555))
        fail(path);
    copy_into(content, fd);
    close(fd);
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, kept, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0)
        fail(path);
    restrict_mount(tree, MOUNT_ATTR_RDONLY, 0);
    put(tree, file_target(root, path));
}

static void make_own(int root, struct words *words, uid_t user) {
    int content = (int)next_number(words);
    const char *path = next_word(words), *name;
    int parent = parent_of(root, path, &name);
    int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 || fchown(fd, user, user))
        fail(path);
    copy_into(content, fd);
    close(fd);
    close(parent);
}

static void make_link(int root, struct words *words) {
    const char *path = next_word(words), *target = next_word(words), *name;
    int parent = parent_of(root, path, &name);
    if (unlinkat(parent, name, 0) && errno != ENOENT)
        fail(path);
    if (symlinkat(target, parent, name))
        fail(path);
    close(parent);
}

// Before the mount namespace is made: what FD holds is of the one it was opened in. The pinned mount takes FD's number.
static void hold(struct words *words, uid_t user) {
    int fd = (int)next_number(words);
    const char *kind = next_word(words);
    int agents = strstr(kind, "+agent") != NULL;
    int tree = pin(fd, !agents);
    // At once: what is opened next, and kept, would be given FD's number, and be closed by this.
    if (tree != fd && (dup3(tree, fd, O_CLOEXEC) < 0 || close(tree)))
        fail("hold a bind");
    if (agents)
        give_to_user(fd, user);
    restrict_mount(fd, strstr(kind, "+ro") ? MOUNT_ATTR_RDONLY : 0, agents ? 0 : AT_RECURSIVE);
}

static void show(int root, struct words *words) {
    int tree = (int)next_number(words);
    const char *path = next_word(words), *kind = next_word(words);
    put(tree, strcmp(kind, "dir") ? file_target(root, path) : directory(root, path));
}

int engine_applet(void) {
    struct words words = read_words(FD_LAUNCH_SPEC);
    const char *stage = NULL;
    uid_t user = 0;
    int root = -1, files = 0;
    umask(022);
    for (;;) {
        const char *verb = next_word(&words);
        if (!strcmp(verb, "engine")) {
            break;
        } else if (!strcmp(verb, "user")) {
            user = (uid_t)next_number(&words);
        } else if (!strcmp(verb, "hold") && user && root < 0) {
            hold(&words, user);
        } else if (!strcmp(verb, "tree")) {
            stage = next_word(&words);
            root = make_tree(stage, next_word(&words));
        } else if (root < 0 || !user) {
            fail_with("read the engine spec", "`user` and `tree` stand first");
        } else if (!strcmp(verb, "directory")) {
            close(directory(root, next_word(&words)));
        } else if (!strcmp(verb, "place")) {
            close(file_target(root, next_word(&words)));
        } else if (!strcmp(verb, "tmpfs")) {
            make_tmpfs(root, &words, user);
        } else if (!strcmp(verb, "file")) {
            make_file(root, stage, &words, files++);
        } else if (!strcmp(verb, "own")) {
            make_own(root, &words, user);
        } else if (!strcmp(verb, "symlink")) {
            make_link(root, &words);
        } else if (!strcmp(verb, "show")) {
            show(root, &words);
        } else {
            fail_with("read the engine spec", verb);
        }
    }
    if (words.next >= words.count || root < 0)
        fail_with("read the engine spec", "nothing to start");
    // Engines count what they pass on from 3: the place of the spec is kept.
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || (nothing != FD_LAUNCH_SPEC && dup2(nothing, FD_LAUNCH_SPEC) < 0))
        fail("keep a descriptor's place");
    if (syscall(SYS_close_range, FD_SYNC + 1, ~0U, 0))
        fail("close descriptors");
    char *none[] = {NULL};
    words.at[words.count] = NULL;
    execve(words.at[words.next], &words.at[words.next], none);
    fail("start the engine");
}
