/*
 * What a thread uses, said without a locked instruction.
 *
 * A thread says what it uses (KTHREAD.wdf_used), then looks whether it may; who forbids it says
 * so, then calls wdf_wait_for_users, which makes all threads pass a fence (hal_barrier). So either
 * the user finds out, or it is waited for. What a user does has to be short: others spin. One
 * thread uses one thing at a time.
 */
#pragma once

#include "object.h"

/* thread: the calling one. */
static inline VOID wdf_begin_use(PKTHREAD thread, PVOID used)
{
    __atomic_store_n(&thread->wdf_used, used, __ATOMIC_RELAXED);
    /* The processor's part of the fence is hal_barrier's. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline VOID wdf_end_use(PKTHREAD thread)
{
    /* Release pairs with wdf_wait_for_users: the use is over. */
    __atomic_store_n(&thread->wdf_used, NULL, __ATOMIC_RELEASE);
}

/*
 * Returns when no thread uses it that began before. Only where hal_barrier works.
 * IRQL <= DISPATCH_LEVEL, no spin lock held.
 */
VOID wdf_wait_for_users(PVOID used);
