/*
 * The framework's basic types: its handles and a few words that every other header uses.
 */
#pragma once

#include <stddef.h>
#ifdef UMDF_VERSION_MAJOR
#include <wudfwdm.h>
#endif

#ifndef WDF_EXTERN_C
#ifdef __cplusplus
#define WDF_EXTERN_C extern "C"
#define WDF_EXTERN_C_START extern "C" {
#define WDF_EXTERN_C_END }
#else
#define WDF_EXTERN_C
#define WDF_EXTERN_C_START
#define WDF_EXTERN_C_END
#endif
#endif

#define WDFAPI
/* artificial: a bug check's report shows the line that calls, not the one in the header. */
#define WDF_INLINE static inline __attribute__((always_inline, artificial, unused))

/*
 * Whose functions a source sees: a UMDF driver those of UMDF 2.33, any other driver those of KMDF
 * 1.33. The framework itself, which is one for both, sees all.
 */
#ifdef UMDF_VERSION_MAJOR
#define WDF_FOR_UMDF 1
#define WDF_FOR_KMDF 0
#else
#define WDF_FOR_KMDF 1
#ifdef _NTOSKRNL_
#define WDF_FOR_UMDF 1
#else
#define WDF_FOR_UMDF 0
#endif
#endif

#ifndef FORCEINLINE
#define FORCEINLINE static inline __attribute__((always_inline, unused))
#endif

#ifndef __WDF_BYTE_DEFINED__
#define __WDF_BYTE_DEFINED__
typedef UCHAR BYTE;
#endif

/* Tells a WPP template that the driver that includes it is a KMDF one. */
#ifndef WDF_WPP_KMDF_DRIVER
#define WDF_WPP_KMDF_DRIVER
#endif

/* A BOOLEAN's value is valid too: TRUE is WdfTrue. */
typedef enum _WDF_TRI_STATE {
    WdfFalse = FALSE,
    WdfTrue = TRUE,
    WdfUseDefault = 2, /* whatever the framework, the bus or the registry says */
} WDF_TRI_STATE, *PWDF_TRI_STATE;

/* How the I/O manager hands buffers of reads and writes to the device. */
typedef enum _WDF_DEVICE_IO_TYPE {
    WdfDeviceIoUndefined = 0,
    WdfDeviceIoNeither,              /* the caller's address */
    WdfDeviceIoBuffered,             /* a copy in system memory */
    WdfDeviceIoDirect,               /* an MDL of the caller's pages */
    WdfDeviceIoBufferedOrDirect = 4, /* either of the two: user-mode drivers only */
    WdfDeviceIoMaximum,
} WDF_DEVICE_IO_TYPE,
    *PWDF_DEVICE_IO_TYPE;

typedef size_t *WDF_STRUCT_INFO;

/* A driver's own value, which the framework hands back as it got it. */
typedef PVOID WDFCONTEXT;

#if defined(__cplusplus) && !defined(WDF_NO_NULLPTR)
#define WDF_NULL_POINTER nullptr
#else
#define WDF_NULL_POINTER NULL
#endif

/* What a driver may say where it leaves out something optional. */
#undef WDF_NO_OBJECT_ATTRIBUTES
#undef WDF_NO_EVENT_CALLBACK
#undef WDF_NO_HANDLE
#undef WDF_NO_CONTEXT
#undef WDF_NO_SEND_OPTIONS
#define WDF_NO_OBJECT_ATTRIBUTES WDF_NULL_POINTER
#define WDF_NO_EVENT_CALLBACK WDF_NULL_POINTER
#define WDF_NO_HANDLE WDF_NULL_POINTER
#define WDF_NO_CONTEXT WDF_NULL_POINTER
#define WDF_NO_SEND_OPTIONS WDF_NULL_POINTER

/* Named here because the headers refer to one another's types. */
typedef struct WDFDEVICE_INIT *PWDFDEVICE_INIT;
typedef struct WDFCXDEVICE_INIT *PWDFCXDEVICE_INIT;
typedef struct _WDF_OBJECT_ATTRIBUTES *PWDF_OBJECT_ATTRIBUTES;

/* Any object's handle: every other handle converts to it without a cast. */
typedef HANDLE WDFOBJECT, *PWDFOBJECT;

/*
 * With STRICT handles proper are pointers to structures of their own that nobody defines in full,
 * so that the compiler tells a queue from a request. Without it, as driver projects are, one is
 * as good as another, and drivers rely on it: they declare a callback with PVOID and define it
 * with a handle.
 */
#undef DECLARE_HANDLE
#if defined(STRICT) || defined(_NTOSKRNL_)
#define DECLARE_HANDLE(name)                                                                       \
    struct name##__ {                                                                              \
        int unused;                                                                                \
    };                                                                                             \
    typedef struct name##__ *name
#else
#define DECLARE_HANDLE(name) typedef HANDLE name
#endif

/* The driver and its devices. */
DECLARE_HANDLE(WDFDRIVER);
DECLARE_HANDLE(WDFDEVICE);
DECLARE_HANDLE(WDFCHILDLIST);
DECLARE_HANDLE(WDFINTERRUPT);
DECLARE_HANDLE(WDFIORESREQLIST);
DECLARE_HANDLE(WDFIORESLIST);
DECLARE_HANDLE(WDFCMRESLIST);
DECLARE_HANDLE(WDFWMIPROVIDER);
DECLARE_HANDLE(WDFWMIINSTANCE);

/* Requests and the ways that they go. */
DECLARE_HANDLE(WDFQUEUE);
DECLARE_HANDLE(WDFREQUEST);
DECLARE_HANDLE(WDFFILEOBJECT);
DECLARE_HANDLE(WDFMEMORY);
DECLARE_HANDLE(WDFLOOKASIDE);
DECLARE_HANDLE(WDFIOTARGET);
DECLARE_HANDLE(WDFUSBDEVICE);
DECLARE_HANDLE(WDFUSBINTERFACE);
DECLARE_HANDLE(WDFUSBPIPE);
#if WDF_FOR_KMDF
DECLARE_HANDLE(WDFCOMPANIONTARGET);
#endif
#if WDF_FOR_UMDF
DECLARE_HANDLE(WDFCOMPANION);
DECLARE_HANDLE(WDFTASKQUEUE);
#endif
DECLARE_HANDLE(WDFDMAENABLER);
DECLARE_HANDLE(WDFDMATRANSACTION);
DECLARE_HANDLE(WDFCOMMONBUFFER);

/* Work for later, locks, and plain helpers. */
DECLARE_HANDLE(WDFDPC);
DECLARE_HANDLE(WDFTIMER);
DECLARE_HANDLE(WDFWORKITEM);
DECLARE_HANDLE(WDFWAITLOCK);
DECLARE_HANDLE(WDFSPINLOCK);
DECLARE_HANDLE(WDFKEY);
DECLARE_HANDLE(WDFSTRING);
DECLARE_HANDLE(WDFCOLLECTION);
