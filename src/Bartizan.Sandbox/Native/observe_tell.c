// observe's mouth: each path once and then its count, in frames for the daemon, in a queue with a bound. What doesn't fit is counted.
//
//   frame: size (4 bytes, of what follows), what (1), 1 when it is told of again, two bytes of zero, count (8), process (4), parent (4),
//   texts, each with its NUL
#define _GNU_SOURCE
#include "helper.h"
#include "observe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    QUEUE_BYTES = 1 << 20,   // frames that wait for the daemon: some thousand
    KNOWN_SLOTS = 1 << 17,   // twice KNOWN_MOST
    KNOWN_MOST = 1 << 16,    // different paths of one session
    KNOWN_BYTES = 16 << 20,  // of their texts
    PROBES = 64,             // an agent can't make us search long by choosing names
    END_PATIENCE_MS = 2000,
    HEAD_BYTES = 24,
    AGAIN = 1 << 8,
};

struct known {
    uint64_t again;
    uint32_t hash;
    uint8_t what;
    char path[];
};

static int out = -1;
static char *queue, *texts;
static struct known **slots;
static size_t from, to, texts_used, known_count;
static uint64_t seed, totals[128], lost[128], lost_told, idle;

static void *room(size_t size) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        fail("make room for what is seen");
    return at;
}

void tell_to(int pipe) {
    out = pipe;
    queue = room(QUEUE_BYTES);
    texts = room(KNOWN_BYTES);
    slots = room(KNOWN_SLOTS * sizeof *slots);
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        fail("draw a seed");
}

static uint64_t lost_in_all(void) { return lost[STARTED] + lost[WRITTEN] + lost[REMOVED] + lost[READ]; }

void count_lost(enum what what) { lost[what == NOT_THERE ? STARTED : what]++; }

void count_idle(void) { idle++; }

int has_to_tell(void) { return to > from || lost_in_all() != lost_told; }

static int fits(size_t size) {
    if (QUEUE_BYTES - to >= size)
        return 1;
    memmove(queue, queue + from, to - from);
    to -= from;
    from = 0;
    return QUEUE_BYTES - to >= size;
}

static void put_number(uint64_t number, size_t size) {
    memcpy(queue + to, &number, size); // both architectures are little-endian
    to += size;
}

static void put_head(size_t texts_size, unsigned what, uint64_t count, pid_t process, pid_t parent) {
    put_number(HEAD_BYTES - 4 + texts_size, 4);
    put_number(what, 4);
    put_number(count, 8);
    put_number((uint64_t)process, 4);
    put_number((uint64_t)parent, 4);
}

static void put_bytes(const char *bytes, size_t size) {
    memcpy(queue + to, bytes, size);
    to += size;
}

// AGAIN: how often after the first time.
static int put_path(enum what what, int again, uint64_t count, const char *path) {
    size_t size = strlen(path) + 1;
    if (!fits(HEAD_BYTES + size))
        return 0;
    put_head(size, (unsigned)what | (again ? AGAIN : 0), count, 0, 0);
    put_bytes(path, size);
    return 1;
}

void tell_start(pid_t process, pid_t parent, const char *path, const char *said, const char *arguments, size_t size) {
    size_t path_size = strlen(path) + 1, said_size = strlen(said) + 1, all = path_size + said_size + size;
    totals[STARTED]++;
    if (!fits(HEAD_BYTES + all)) {
        count_lost(STARTED);
        return;
    }
    put_head(all, STARTED, 1, process, parent);
    put_bytes(path, path_size);
    put_bytes(said, said_size);
    put_bytes(arguments, size);
}

static uint32_t hash_of(enum what what, const char *path) {
    uint64_t hash = 14695981039346656037ULL ^ seed ^ (uint64_t)what;
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 1099511628211ULL;
    return (uint32_t)(hash ^ hash >> 32);
}

static struct known **slot_of(enum what what, const char *path, uint32_t hash) {
    for (uint32_t i = 0; i < PROBES; i++) {
        struct known **slot = &slots[(hash + i) % KNOWN_SLOTS];
        if (!*slot || ((*slot)->hash == hash && (*slot)->what == what && !strcmp((*slot)->path, path)))
            return slot;
    }
    return NULL;
}

// Of what every program reads by the hundred, only where: the receipt names the base, and it is the same for all.
static void shorten(char *path) {
    static const struct {
        const char *below;
        int names;
    } base[] = {{"/usr/", 2}, {"/lib/", 1}, {"/lib64/", 1}, {"/proc/", 1}, {"/dev/", 1}, {"/sys/", 1}};
    for (size_t i = 0; i < sizeof base / sizeof *base; i++) {
        if (strncmp(path, base[i].below, strlen(base[i].below)))
            continue;
        char *at = path;
        for (int names = 0; at && names <= base[i].names; names++)
            at = strchr(at + 1, '/');
        char *end = path;
        for (int names = 0; names < base[i].names && end; names++)
            end = strchr(end + 1, '/');
        if (end)
            strcpy(end, "/**");
        return;
    }
}

// What was said and not found may lead the process anywhere: that is never shortened.
void tell_path(enum what what, const struct place *place) {
    char path[2 * PATH_BYTES];
    memcpy(path, place->path, strlen(place->path) + 1);
    if (what == READ && place->resolved)
        shorten(path);
    totals[what]++;
    uint32_t hash = hash_of(what, path);
    struct known **slot = slot_of(what, path, hash);
    if (slot && *slot) {
        (*slot)->again++;
        return;
    }
    size_t size = (sizeof(struct known) + strlen(path) + 1 + 7) & ~(size_t)7;
    if (!slot || known_count == KNOWN_MOST || texts_used + size > KNOWN_BYTES || !put_path(what, 0, 1, path)) {
        count_lost(what);
        return;
    }
    struct known *known = (struct known *)(texts + texts_used);
    texts_used += size;
    known_count++;
    known->hash = hash;
    known->what = (uint8_t)what;
    strcpy(known->path, path);
    *slot = known;
}

static void put_sums(enum what what, const uint64_t *of) {
    if (!fits(HEAD_BYTES + 5 * 8))
        return;
    put_head(5 * 8, what, what == END ? idle : lost_in_all(), 0, 0);
    put_number(of[STARTED], 8);
    put_number(of[NOT_THERE], 8);
    put_number(of[WRITTEN], 8);
    put_number(of[REMOVED], 8);
    put_number(of[READ], 8);
    if (what == LOST)
        lost_told = lost_in_all();
}

// What the daemon takes at once, and never more: an agent doesn't wait for a daemon that is slow.
void pass_on(void) {
    if (to == from && lost_in_all() != lost_told)
        put_sums(LOST, lost);
    if (to == from)
        return;
    ssize_t written = write(out, queue + from, to - from);
    if (written < 0) {
        if (errno != EAGAIN && errno != EINTR)
            _exit(EXIT_DAEMON_GONE);
        return;
    }
    from += (size_t)written;
    if (from == to)
        from = to = 0;
}

static void drain(size_t until) {
    while (to - from > until) {
        struct pollfd ready = {.fd = out, .events = POLLOUT};
        if (poll(&ready, 1, END_PATIENCE_MS) <= 0)
            _exit(EXIT_STEP_FAILED);
        pass_on();
    }
}

// No process is left to wait for us: now we wait for the daemon.
void tell_end(void) {
    for (size_t i = 0; i < KNOWN_SLOTS; i++)
        if (slots[i] && slots[i]->again) {
            drain(QUEUE_BYTES / 2);
            put_path((enum what)slots[i]->what, 1, slots[i]->again, slots[i]->path);
        }
    drain(QUEUE_BYTES / 2);
    if (lost_in_all() != lost_told)
        put_sums(LOST, lost);
    put_sums(END, totals);
    drain(0);
}
