#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int failures_to = -1;

void report_failures_to(int socket) { failures_to = socket; }

_Noreturn void fail_with(const char *step, const char *what) {
    char text[512];
    int length = snprintf(text, sizeof text, "%s: %s", step, what);
    if (length > (int)sizeof text - 1)
        length = sizeof text - 1;
    if (failures_to >= 0)
        (void)!send(failures_to, text, (size_t)length, MSG_NOSIGNAL);
    else
        (void)!write(STDERR_FILENO, text, (size_t)length);
    _exit(EXIT_STEP_FAILED);
}

_Noreturn void fail(const char *step) { fail_with(step, strerror(errno)); }

// The words live in a private mapping for as long as the process does.
struct words read_words(int fd) {
    struct stat status;
    if (fstat(fd, &status))
        fail("read the spec");
    if (status.st_size <= 0 || status.st_size > SPEC_MAX_BYTES)
        fail_with("read the spec", "it is empty or too large");
    size_t size = (size_t)status.st_size;
    char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (text == MAP_FAILED)
        fail("map the spec");
    if (text[size - 1] != '\0')
        fail_with("read the spec", "its last word has no end");
    close(fd);

    char **at = calloc(SPEC_MAX_WORDS + 1, sizeof *at);
    if (!at)
        fail("read the spec");
    size_t count = 0;
    for (char *word = text; word < text + size; word += strlen(word) + 1) {
        if (count == SPEC_MAX_WORDS)
            fail_with("read the spec", "it has too many words");
        at[count++] = word;
    }
    return (struct words){.at = at, .count = count};
}

char *next_word(struct words *words) {
    if (words->next == words->count)
        fail_with("read the spec", "it ends too early");
    return words->at[words->next++];
}

long next_number(struct words *words) {
    char *end, *word = next_word(words);
    errno = 0;
    long number = strtol(word, &end, 10);
    if (errno || end == word || *end || number < 0)
        fail_with("read the spec", "a number was expected");
    return number;
}

int main(int argc, char **argv) {
    const char *applet = argc > 1 ? argv[1] : "";
    if (!strcmp(applet, "launch"))
        return launch_applet();
    if (!strcmp(applet, "engine"))
        return engine_applet();
    if (!strcmp(applet, "shim"))
        return shim_applet();
    if (!strcmp(applet, "inject"))
        return inject_applet();
    if (!strcmp(applet, "capture"))
        return capture_applet();
    if (!strcmp(applet, "observe"))
        return observe_applet(argc > 2 ? argv[2] : NULL, argc > 3 && !strcmp(argv[3], "engine"));
    if (!strcmp(applet, "probe") && probe_applet)
        return probe_applet(argc - 1, argv + 1);
    static const char usage[] = "bartizan-helper is started by bartizan only\n";
    (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
    return EXIT_USAGE;
}
