/* What the files of the `probe` applet share. See probe.c for what the applet is. */
#ifndef BARTIZAN_PROBE_H
#define BARTIZAN_PROBE_H

#include <stddef.h>
#include <sys/types.h>

/* How an attempt is run when the applet proves, outside the sandbox, that the act is possible at all. */
enum control {
    CONTROL_PLAIN, /* harmless where it stands: opens, reads, connects */
    CONTROL_CAGED, /* in throwaway namespaces of its own, so that what it changes is gone with it */
};

struct attempt {
    const char *id;
    void (*run)(void);
    enum control control;
    int seconds; /* 0: ATTEMPT_SECONDS */
};

/* Each list ends with an entry whose id is NULL. */
extern const struct attempt file_attempts[];
extern const struct attempt kernel_attempts[];
extern const struct attempt process_attempts[];
extern const struct attempt network_attempts[];
extern const struct attempt resource_attempts[];

/* True in the control run, outside the sandbox. */
extern int probe_outside;

/* The setting of that name from the settings file; "" when it isn't there. */
const char *setting(const char *key);
long number_setting(const char *key, long otherwise);

/* Each of these reports and ends the attempt's process. */
_Noreturn void blocked(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void blocked_by(int error);
_Noreturn void opened(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void inconclusive(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void not_applicable(const char *format, ...) __attribute__((format(printf, 1, 2)));

const char *errno_name(int error, char *room, size_t length);

/* Reads at most length bytes; -1 with errno when it can't be opened or read. */
ssize_t read_file(const char *path, void *into, size_t length);

int load_settings(const char *path);
int wire_main(const char *script);
int nest_main(int process);
int plant_main(const char *path, const char *canary, int deep);

#endif
