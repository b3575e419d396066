/*
 * Assertions that are live while the framework's verifier is on for the driver.
 */
#pragma once

#include <wdfglobals.h>

NTSYSAPI VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber,
                              PSTR Message);

/* Fails like ASSERT in a checked build, but only if the driver's globals say WdfVerifyOn. */
#define WDFVERIFY(exp)                                                                             \
    {                                                                                              \
        if ((WdfDriverGlobals->DriverFlags & WdfVerifyOn) != 0 && !(exp)) {                        \
            RtlAssert((PVOID)#exp, (PVOID)__FILE__, __LINE__, NULL);                               \
        }                                                                                          \
    }

#define VERIFY_IS_IRQL_PASSIVE_LEVEL() WDFVERIFY(KeGetCurrentIrql() == PASSIVE_LEVEL)

/* The older name of the same check. */
#define IS_AT_PASSIVE() VERIFY_IS_IRQL_PASSIVE_LEVEL()

/* Does not compile if c is a constant that is zero. */
#define WDFCASSERT(c)                                                                              \
    {                                                                                              \
        _Static_assert((c), "WDFCASSERT: " #c);                                                    \
    }
