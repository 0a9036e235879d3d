/*
 * Attempts on the kernel's wider surface: calls that an agent never needs. Arguments are such that the call has no effect
 * where it is allowed; an error that only the call itself can give ("reached") counts as open.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

static void answered(long answer, int reached, int reached_too)
{
    if (answer >= 0)
        opened("done");
    char room[24];
    if (errno == reached || errno == reached_too)
        opened("reached the kernel: %s", errno_name(errno, room, sizeof room));
    blocked_by(errno);
}

static char zeros[256];

static void bpf(void) { answered(syscall(SYS_bpf, 0, zeros, 128), EINVAL, E2BIG); }

static void perf_event(void)
{
    struct { uint32_t type, size; uint64_t config; char rest[96]; } attributes = {1, 112, 0, {0}};
    answered(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0), EINVAL, EINVAL);
}

static void user_fault(void) { answered(syscall(SYS_userfaultfd, 1), EINVAL, EINVAL); }

static void io_uring(void)
{
    char parameters[128] = {0};
    answered(syscall(SYS_io_uring_setup, 4, parameters), EINVAL, EINVAL);
}

static void key_session(void) { answered(syscall(SYS_keyctl, 0, -3, 0), 0, 0); }
static void add_key(void) { answered(syscall(SYS_add_key, "user", "bartizan", "x", 1, -2), EDQUOT, EDQUOT); }
static void init_module(void) { answered(syscall(SYS_init_module, zeros, 0, ""), ENOEXEC, EFAULT); }

/* Flags that no kernel knows, so that a loaded crash kernel stays. */
static void kexec(void) { answered(syscall(SYS_kexec_load, 0, 0, NULL, 0xfff0), EINVAL, EBUSY); }
static void reboot_bad_magic(void) { answered(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL, EINVAL); }

static void set_time(void)
{
    struct { long seconds, microseconds; } impossible = {0, -1};
    answered(syscall(SYS_settimeofday, &impossible, NULL), EINVAL, EINVAL);
}

static void io_privilege(void)
{
#ifdef SYS_iopl
    answered(syscall(SYS_iopl, 3), EINVAL, EINVAL);
#else
    not_applicable("no such call on this processor");
#endif
}

static void local_descriptors(void)
{
#ifdef SYS_modify_ldt
    answered(syscall(SYS_modify_ldt, 0, zeros, 16), EINVAL, EINVAL);
#else
    not_applicable("no such call on this processor");
#endif
}

static void swap(void) { answered(syscall(SYS_swapon, "/bartizan-probe-no-such-file", 0), ENOENT, EINVAL); }

static void quota(void)
{
    /* Q_GETINFO of user quotas on no device at all. */
    answered(syscall(SYS_quotactl, 0x80000500u, NULL, 0, zeros), ENODEV, EINVAL);
}

static void fanotify(void) { answered(syscall(SYS_fanotify_init, 0, 0), EINVAL, EINVAL); }
static void host_name(void) { answered(syscall(SYS_sethostname, "probe", 5), EINVAL, EINVAL); }

/* A file that isn't there, so that accounting which is on stays on. */
static void account(void) { answered(syscall(SYS_acct, "/bartizan-probe-no-such-file"), ENOENT, EACCES); }

static void x32(void)
{
#ifdef __x86_64__
    long answer = syscall(0x40000000 + SYS_getpid);
    if (answer > 0)
        opened("x32 getpid works");
    blocked_by(errno);
#else
    not_applicable("no such calls on this processor");
#endif
}

static void gate_32_bit(void)
{
#ifdef __x86_64__
    /* push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret */
    static const unsigned char code[] = {0x53, 0xb8, 0x14, 0, 0, 0, 0xcd, 0x80, 0x5b, 0xc3};
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        inconclusive("no memory for the code");
    memcpy(page, code, sizeof code);
    if (mprotect(page, 4096, PROT_READ | PROT_EXEC))
        inconclusive("no executable memory");
    int (*call)(void);
    memcpy(&call, &page, sizeof call);
    int answer = call();
    if (answer > 0)
        opened("32-bit getpid works");
    blocked_by(-answer);
#else
    not_applicable("no such gate on this processor");
#endif
}

const struct attempt kernel_attempts[] = {
    {"sys.bpf", bpf, CONTROL_CAGED, 0},
    {"sys.perf_event_open", perf_event, CONTROL_CAGED, 0},
    {"sys.userfaultfd", user_fault, CONTROL_CAGED, 0},
    {"sys.io_uring_setup", io_uring, CONTROL_CAGED, 0},
    {"sys.keyctl_session", key_session, CONTROL_CAGED, 0},
    {"sys.add_key", add_key, CONTROL_CAGED, 0},
    {"sys.init_module", init_module, CONTROL_CAGED, 0},
    {"sys.kexec_load", kexec, CONTROL_CAGED, 0},
    {"sys.reboot_badmagic", reboot_bad_magic, CONTROL_CAGED, 0},
    {"sys.settimeofday", set_time, CONTROL_CAGED, 0},
    {"sys.iopl", io_privilege, CONTROL_CAGED, 0},
    {"sys.modify_ldt", local_descriptors, CONTROL_CAGED, 0},
    {"sys.swapon", swap, CONTROL_CAGED, 0},
    {"sys.quotactl", quota, CONTROL_CAGED, 0},
    {"sys.fanotify_init", fanotify, CONTROL_CAGED, 0},
    {"sys.x32_abi", x32, CONTROL_CAGED, 0},
    {"sys.int80_32bit", gate_32_bit, CONTROL_CAGED, 0},
    {"sys.sethostname", host_name, CONTROL_CAGED, 0},
    {"sys.acct", account, CONTROL_CAGED, 0},
    {NULL, NULL, CONTROL_PLAIN, 0},
};
