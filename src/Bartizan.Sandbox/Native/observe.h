// What the observe applet's parts agree on.
#ifndef BARTIZAN_OBSERVE_H
#define BARTIZAN_OBSERVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    // The kernel's PATH_MAX: no call takes a longer one.
    PATH_BYTES = 4096,
    // Of one program's arguments: enough to know what it does, and a few hundred starts fit what waits for the daemon.
    ARGUMENT_BYTES = 1024,
    ARGUMENT_COUNT = 64,
};

// What is told of; the letters stand in frames, and SeenFrame.cs reads them.
enum what {
    STARTED = 'x',
    NOT_THERE = 'm', // a program's name that nothing stood behind: a search path is tried name by name
    WRITTEN = 'w',
    REMOVED = 'd',
    READ = 'r',
    LOST = 'L',
    END = 'E',
};

struct place {
    char path[2 * PATH_BYTES];
    int missing;  // surely: not only for us
    int resolved; // the path is the kernel's, not what was said
    int hidden;   // the process doesn't let its open files be looked at: which file it is isn't known
};

// observe_look.c
void know_root(pid_t process);
int read_text(pid_t process, uint64_t address, char *text, size_t size);
size_t read_arguments(pid_t process, uint64_t address, char *text, size_t size);
void look(pid_t process, int base, const char *said, int follow, struct place *place);
void read_family(pid_t process, pid_t *leader, pid_t *parent);

// observe_tell.c
void tell_to(int pipe);
void tell_start(pid_t process, pid_t parent, const char *path, const char *said, const char *arguments, size_t size);
void tell_path(enum what what, const struct place *place);
void count_lost(enum what what);
void count_idle(void);
int has_to_tell(void);
void pass_on(void);
void tell_end(void);

#endif
