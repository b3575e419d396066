/*
 * Waiting for the threads that use something.
 */
#include "thread_use.h"
#include "../hal/hal.h"

struct user_search {
    PVOID used;
    BOOLEAN is_found;
};

static VOID find_user(PKTHREAD thread, PVOID context)
{
    struct user_search *search = context;

    search->is_found |= __atomic_load_n(&thread->wdf_used, __ATOMIC_ACQUIRE) == search->used;
}

VOID wdf_wait_for_users(PVOID used)
{
    struct user_search search = {.used = used, .is_found = TRUE};

    hal_barrier();
    while (search.is_found) {
        search.is_found = FALSE;
        ke_for_every_thread(find_user, &search);
        if (search.is_found)
            hal_yield();
    }
}
