/*
 * The parameters of bug check 0x10D, WDF_VIOLATION: what a driver has done wrong.
 */
#pragma once

#include <wdfdevice.h>

#ifndef WDF_VIOLATION
#define WDF_VIOLATION ((ULONG)0x0000010d)
#endif

/* The first parameter. */
typedef enum _WDF_BUGCHECK_CODES {
    WDF_POWER_ROUTINE_TIMED_OUT = 0x1,            /* a power callback does not come back */
    WDF_RECURSIVE_LOCK = 0x2,                     /* acquired by the thread that has it */
    WDF_VERIFIER_FATAL_ERROR = 0x3,               /* completed with references to its buffers */
    WDF_REQUIRED_PARAMETER_IS_NULL = 0x4,         /* third: where it was called from */
    WDF_INVALID_HANDLE = 0x5,                     /* second: the handle; third: the type wanted */
    WDF_REQUEST_FATAL_ERROR = 0x6,                /* second: WDF_REQUEST_FATAL_ERROR_CODES */
    WDF_OBJECT_ERROR = 0x7,                       /* second: the object */
    WDF_DMA_FATAL_ERROR = 0x8,                    /* second: the transaction; third: its state */
    WDF_INVALID_INTERRUPT = 0x9,
    WDF_QUEUE_FATAL_ERROR = 0xa,                  /* second: WDF_QUEUE_FATAL_ERROR_DATA */
    WDF_INVALID_LOCK_OPERATION = 0xb,             /* second: the object; third: 0 no lock, 1 not
                                                     this thread's */
    WDF_PNP_FATAL_ERROR = 0xc,                    /* second: the device; third: the IRP */
    WDF_POWER_MULTIPLE_PPO = 0xd,                 /* second: the device; third: the IRP */
    WDF_VERIFIER_IRQL_MISMATCH = 0xe,             /* a callback returned at another IRQL */
    WDF_VERIFIER_CRITICAL_REGION_MISMATCH = 0xf,  /* or in another critical region */
    WDF_API_UNAVAILABLE = 0x10,                   /* a function that this framework lacks */
} WDF_BUGCHECK_CODES;

/* The second parameter, with WDF_REQUEST_FATAL_ERROR. The third is what is named here. */
typedef enum _WDF_REQUEST_FATAL_ERROR_CODES {
    WDF_REQUEST_FATAL_ERROR_NO_MORE_STACK_LOCATIONS = 0x1,     /* the IRP */
    WDF_REQUEST_FATAL_ERROR_NULL_IRP = 0x2,                    /* the request */
    WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT = 0x3,        /* the request */
    WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH = 0x4, /* the structure of that name */
    WDF_REQUEST_FATAL_ERROR_REQUEST_NOT_IN_QUEUE = 0x5,        /* the request */
} WDF_REQUEST_FATAL_ERROR_CODES;

typedef struct _WDF_POWER_ROUTINE_TIMED_OUT_DATA {
    WDF_DEVICE_POWER_STATE PowerState;
    WDF_DEVICE_POWER_POLICY_STATE PowerPolicyState;
    PDEVICE_OBJECT DeviceObject;
    WDFDEVICE Device;
    PKTHREAD TimedOutThread; /* the one that is stuck */
} WDF_POWER_ROUTINE_TIMED_OUT_DATA;

typedef struct _WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA {
    WDFREQUEST Request;
    PIRP Irp;
    ULONG OutputBufferLength; /* bytes that the buffer holds */
    ULONG_PTR Information;    /* bytes that the driver says it transferred */
    UCHAR MajorFunction;
} WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA,
    *PWDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA;

typedef struct _WDF_QUEUE_FATAL_ERROR_DATA {
    WDFQUEUE Queue;
    WDFREQUEST Request;
    NTSTATUS Status;
} WDF_QUEUE_FATAL_ERROR_DATA, *PWDF_QUEUE_FATAL_ERROR_DATA;
