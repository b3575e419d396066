/*
 * The system calls as a program knows them. Each stub takes its arguments as the
 * registers and stack slots that they are, so no header that declares them is here.
 */
#include "../services.h"
#include "../../hal/hal.h"

/* As client.h declares it, in types that need no NT header. */
int client_call(enum lpc_service number, const hal_u64 *arguments, unsigned count);

#define PARAMETERS_1 hal_u64 a
#define PARAMETERS_2 PARAMETERS_1, hal_u64 b
#define PARAMETERS_3 PARAMETERS_2, hal_u64 c
#define PARAMETERS_4 PARAMETERS_3, hal_u64 d
#define PARAMETERS_5 PARAMETERS_4, hal_u64 e
#define PARAMETERS_6 PARAMETERS_5, hal_u64 f
#define PARAMETERS_7 PARAMETERS_6, hal_u64 g
#define PARAMETERS_8 PARAMETERS_7, hal_u64 h
#define PARAMETERS_9 PARAMETERS_8, hal_u64 i
#define PARAMETERS_10 PARAMETERS_9, hal_u64 j
#define PARAMETERS_11 PARAMETERS_10, hal_u64 k

#define VALUES_1 a
#define VALUES_2 VALUES_1, b
#define VALUES_3 VALUES_2, c
#define VALUES_4 VALUES_3, d
#define VALUES_5 VALUES_4, e
#define VALUES_6 VALUES_5, f
#define VALUES_7 VALUES_6, g
#define VALUES_8 VALUES_7, h
#define VALUES_9 VALUES_8, i
#define VALUES_10 VALUES_9, j
#define VALUES_11 VALUES_10, k

#define STUB(name, count)                                                                          \
    int name(PARAMETERS_##count);                                                                  \
    int name(PARAMETERS_##count)                                                                   \
    {                                                                                              \
        const hal_u64 arguments[] = {VALUES_##count};                                              \
                                                                                                   \
        return client_call(LPC_##name, arguments, count);                                          \
    }

LPC_SERVICES(STUB)

/* A thread's processor is its process's business. */
int NtYieldExecution(void);

int NtYieldExecution(void)
{
    hal_yield();
    return 0;
}
