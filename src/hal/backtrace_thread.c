/*
 * The stack of another thread of this process, for reports of what hangs: a signal holds the
 * thread while who asks walks its frames.
 */
#include <signal.h>
#include <ucontext.h>

#include "backtrace.h"
#include "linux.h"

#define PATIENCE 1000000000ll /* ns that the thread has to be held, and is held at most */

/* One that the threads of ntio do not block, and that nothing else sends. */
#define HOLD_SIGNAL SIGSYS

enum state {
    NOBODY,
    ASKED, /* the signal is on its way */
    HELD,  /* the handler waits, frame is the thread's */
};

static struct {
    hal_u32 state; /* atomic, a futex */
    struct machine_frame frame;
} held;

static void hold(int signal, siginfo_t *info, void *context)
{
    const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    int error = errno;

    (void)signal;
    (void)info;
    if (__atomic_load_n(&held.state, __ATOMIC_ACQUIRE) == ASKED) {
        held.frame = (struct machine_frame){.pc = (hal_u64)registers[REG_RIP],
                                            .sp = (hal_u64)registers[REG_RSP],
                                            .bp = (hal_u64)registers[REG_RBP]};
        __atomic_store_n(&held.state, HELD, __ATOMIC_RELEASE);
        hal_wake(&held.state, 1);
        hal_wait(&held.state, HELD, hal_clock_monotonic() + PATIENCE);
    }
    errno = error;
}

HALAPI hal_u32 hal_backtrace_thread(hal_u32 thread, hal_u64 *pcs, hal_u32 count)
{
    struct sigaction action = {.sa_sigaction = hold, .sa_flags = SA_SIGINFO | SA_RESTART};
    hal_i64 deadline = hal_clock_monotonic() + PATIENCE;
    hal_u32 found = 0;

    if (sigaction(HOLD_SIGNAL, &action, NULL))
        return 0;
    __atomic_store_n(&held.state, ASKED, __ATOMIC_RELEASE);
    if (!tgkill(getpid(), (pid_t)thread, HOLD_SIGNAL)) {
        while (__atomic_load_n(&held.state, __ATOMIC_ACQUIRE) == ASKED &&
               hal_clock_monotonic() < deadline)
            hal_wait(&held.state, ASKED, deadline);
    }
    if (__atomic_load_n(&held.state, __ATOMIC_ACQUIRE) == HELD)
        found = hal_backtrace_from(&held.frame, pcs, count);
    __atomic_store_n(&held.state, NOBODY, __ATOMIC_RELEASE);
    hal_wake(&held.state, 1);
    return found;
}
