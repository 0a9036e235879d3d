// bartizan-helper: the only C in the house. One static binary, seven applets:
//
//   launch   outside, as the daemon's user: enters cgroups, pins mounts, drops to the sandbox's host user, execs bwrap
//   engine   outside: makes the root of a container and starts the engine that runs it
//   shim     inside, as bwrap's command: waits for the daemon's go, then Landlock, seccomp and the exec of the agent
//   inject   outside: joins the sandbox's network namespace, opens the listeners, hands them to the daemon; stays, where the agent
//            serves somebody, to make the sockets that it is dialed by
//   capture  outside: says whether the kernel can capture every port that is dialed in a sandbox
//   observe  outside: sees what a sandbox's processes start and touch, tells the daemon, decides nothing
//   probe    inside: the escape self-test's attempts
//
// launch, shim and inject only ever give power away, engine passes on what the daemon has, and every step that fails ends the process: nothing goes on weaker.
#ifndef BARTIZAN_HELPER_H
#define BARTIZAN_HELPER_H

#include <stddef.h>
#include <sys/types.h>

enum {
    EXIT_STEP_FAILED = 126, // a step failed; what and why stands on stderr or in the sync socket
    EXIT_USAGE = 125,
    EXIT_DAEMON_GONE = 124,
};

// Descriptor numbers agreed with LaunchDescriptors.cs.
enum {
    FD_LAUNCH_SPEC = 3,
    FD_CONTROL = 3, // inject, observe
    FD_SEEN = 4,    // observe
    FD_SHIM_SPEC = 4,
    FD_FILTER = 5,
    FD_SYNC = 6,
    FD_AGENT_STDIN = 7, // and 8, 9: out, err
};

// A spec is a sealed memfd of NUL-terminated words. Bounds: the kernel's own for one argument list is 2 MiB.
enum { SPEC_MAX_BYTES = 4 << 20, SPEC_MAX_WORDS = 1 << 15 };

struct words {
    char **at;
    size_t count;
    size_t next;
};

_Noreturn void fail(const char *step);
_Noreturn void fail_with(const char *step, const char *what);
void report_failures_to(int socket);
struct words read_words(int fd);
char *next_word(struct words *words);
long next_number(struct words *words);

// launch.c's.
void drop_capabilities(void);
int pin(int fd, int with_submounts);
void give_to_user(int tree, uid_t user);

// init.c's, for the shim in a container.
int take_wires(void);
void leave_init(int lifeline);
int load_filter(int watched);

int launch_applet(void);
int engine_applet(void);
int shim_applet(void);
int inject_applet(void);
int capture_applet(void);
int observe_applet(const char *user, int engine);
__attribute__((weak)) int probe_applet(int argc, char **argv);

#endif
