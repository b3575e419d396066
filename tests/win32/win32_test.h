/*
 * What the tests of win32 share: they are Windows programs that use cmocka.
 */
#pragma once

#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nt_cmocka.h"
#include "testdrv.h"

static inline HANDLE open_testdrv(DWORD flags)
{
    HANDLE device = CreateFileA(TESTDRV_PATH, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                flags, NULL);
    assert_ptr_not_equal(device, INVALID_HANDLE_VALUE);
    return device;
}

/* Completes the oldest request that the driver keeps. */
static inline BOOL release_oldest(HANDLE device, int status, unsigned information)
{
    struct testdrv_answer answer = {status, information};
    OVERLAPPED overlapped = {.hEvent =
                                 (HANDLE)((ULONG_PTR)CreateEventA(NULL, TRUE, FALSE, NULL) | 1)};
    DWORD bytes;
    BOOL done = DeviceIoControl(device, TESTDRV_RELEASE, &answer, sizeof answer, NULL, 0, &bytes,
                                &overlapped);
    CloseHandle((HANDLE)((ULONG_PTR)overlapped.hEvent & ~(ULONG_PTR)1));
    return done;
}

#define assert_fails(call, error)                                                                  \
    do {                                                                                           \
        SetLastError(0xDEAD);                                                                      \
        assert_false(call);                                                                        \
        assert_int_equal(GetLastError(), error);                                                   \
    } while (0)
