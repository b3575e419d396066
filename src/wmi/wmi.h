/*
 * Windows Management Instrumentation: drivers' blocks of data, known by the GUID of their class.
 *
 *   registration.c  IoWMIRegistrationControl; what each provider says that it has
 *   names.c         what instances are called
 *   send.c          IRP_MJ_SYSTEM_CONTROL to a provider
 *   block.c         IoWMIOpenBlock, queries, sets, methods
 *   event.c         IoWMIWriteEvent, who listens
 *   lib.c           WmiSystemControl and the rest of wmilib: a provider's side
 *   device.c        \Device\WMIDataDevice: programs' way to block.c
 */
#pragma once

#include <ntifs.h>
#include <wmilib.h>
#include <wmistr.h>

#include "../ex/ex.h"
#include "../ob/ob.h"
#include "../rtl/rtl.h"

#define WMI_TAG 'pimW'

/* A class that a provider has data of. */
struct wmi_class {
    GUID guid;
    ULONG flags; /* WMIREG_FLAG_... */
    ULONG instance_count;
    PUNICODE_STRING names; /* of the instances if flags say INSTANCE_LIST; in pool */
    UNICODE_STRING
    base; /* else what their numbers follow; in pool, empty: the provider names them */
};

/* What a provider said that it has. */
struct wmi_classes {
    struct wmi_classes *older; /* what it said before: requests may still look at it */
    ULONG count;
    struct wmi_class items[];
};

/* A device that registered. */
struct wmi_provider {
    LIST_ENTRY link;             /* guarded by the room's mutex */
    LONG references;             /* guarded by it; 1 while registered */
    PDEVICE_OBJECT device;       /* referenced */
    EX_RUNDOWN_REF requests;     /* on their way; deregistering waits for them */
    BOOLEAN is_known;            /* classes are what the driver last said; guarded by the mutex */
    BOOLEAN is_blocked;          /* WMIREG_ACTION_BLOCK_IRPS */
    WORK_QUEUE_ITEM arrival;     /* tells it of listeners that were there before */
    BOOLEAN is_arriving;         /* arrival is queued; guarded by the mutex */
    ULONG id;                    /* IoWMIDeviceObjectToProviderId */
    struct wmi_classes *classes; /* or NULL; atomic: replaced under the mutex of who asks */
};

NTSTATUS wmi_start(VOID);
VOID wmi_stop(VOID);

/* ---- registration.c ---- */

/*
 * The next provider that has the class, after previous (NULL: the first), with a reference and
 * its rundown protection; both of previous are given back. *class is good as long as that.
 */
struct wmi_provider *wmi_next_provider(struct wmi_provider *previous, const GUID *guid,
                                       const struct wmi_class **class);
VOID wmi_release_provider(struct wmi_provider *provider);
/* The provider's class, or NULL; the provider is asked for its classes if it was not before. */
const struct wmi_class *wmi_class_of(struct wmi_provider *provider, const GUID *guid);

/* ---- names.c ---- */

/* Reads what a driver registered; is_referenced: it references the PDOs. */
NTSTATUS wmi_read_classes(const WMIREGINFOW *info, ULONG size, BOOLEAN is_referenced,
                          struct wmi_classes **classes);
/* NULL is none; takes the older ones along. */
VOID wmi_free_classes(struct wmi_classes *classes);
/* The name of an instance as a new string in pool. */
NTSTATUS wmi_instance_name(const struct wmi_class *class, ULONG index, PUNICODE_STRING name);

/* ---- send.c ---- */

/*
 * A request to a provider, answered in buffer. *used: bytes in it afterwards. Waits.
 * PASSIVE_LEVEL.
 */
NTSTATUS wmi_send(PDEVICE_OBJECT device, UCHAR minor, PVOID path, PVOID buffer, ULONG size,
                  PULONG used);
/*
 * The same for a WNODE in pool that is made larger until the answer fits: header bytes of it are
 * kept, room more are for the answer.
 */
NTSTATUS wmi_send_wnode(struct wmi_provider *provider, UCHAR minor, PWNODE_HEADER *wnode,
                        ULONG header, ULONG room, PULONG used);

/* ---- block.c ---- */

/* What IoWMIOpenBlock gives. */
struct wmi_block {
    GUID guid;
    ULONG access;
};

extern struct _OBJECT_TYPE wmi_type_block;

/* ---- event.c ---- */

VOID wmi_event_start(VOID);
VOID wmi_forget_listener(struct wmi_block *block);
BOOLEAN wmi_is_listened_to(VOID);
/* Enables the events of a provider's classes that somebody listens to. PASSIVE_LEVEL. */
VOID wmi_tell_provider(struct wmi_provider *provider);

/* ---- device.c ---- */

/* After io_start; the I/O manager unloads it with the other drivers. */
NTSTATUS wmi_device_start(VOID);
