/*
 * Handles among the object manager's own files.
 */
#pragma once

#include "ob_private.h"

#define OB_HANDLE_STEP 4ull /* the low two bits of a handle are the program's own */
#define OB_KERNEL_HANDLE 0xFFFFFFFF80000000ull

#ifndef OBJ_PROTECT_CLOSE
#define OBJ_PROTECT_CLOSE 0x00000001ul /* among a handle's attributes: it cannot be closed */
#endif

/* Before the first handle table. */
VOID ob_handle_start(VOID);

/* Where a handle's entry is. */
struct ob_handle_place {
    PKPROCESS process; /* whose table */
    ULONG index;
};

/* What NtDuplicateObject is asked for. */
struct ob_duplicate {
    ACCESS_MASK access;
    ULONG attributes, options;
};

NTSTATUS ob_handle_place(HANDLE handle, PKPROCESS process, KPROCESSOR_MODE mode,
                         struct ob_handle_place *place);

/* As ob_reference_handle, with attributes too; the second in another process, without -1 and -2. */
NTSTATUS ob_reference_handle_information(HANDLE handle, ACCESS_MASK access,
                                         struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode,
                                         PVOID *object, POBJECT_HANDLE_INFORMATION information);
NTSTATUS ob_reference_handle_of(PKPROCESS process, HANDLE handle, ACCESS_MASK access,
                                struct _OBJECT_TYPE *type, KPROCESSOR_MODE mode, PVOID *object,
                                POBJECT_HANDLE_INFORMATION information);
NTSTATUS ob_make_handle_in(PKPROCESS process, PVOID object, ACCESS_MASK granted, ULONG attributes,
                           PHANDLE handle);
NTSTATUS ob_close_handle_of(PKPROCESS process, HANDLE handle, KPROCESSOR_MODE mode);
/* OBJ_INHERIT and OBJ_PROTECT_CLOSE of an open handle. */
NTSTATUS ob_set_handle_attributes(HANDLE handle, KPROCESSOR_MODE mode, ULONG attributes);
