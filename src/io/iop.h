/*
 * What the files of io share among themselves.
 *
 * A request passes through them in this order: a service (readwrite.c,
 * control.c, information.c, open.c) checks its caller and makes an IRP (irp.c),
 * buffer.c gives it its buffers, send.c queues it to its thread and calls the
 * driver (call.c); complete.c walks back up and finish.c tells the caller.
 */
#pragma once

#include "io.h"
#include "services.h"
#include "../cm/cm.h"
#include "../ex/ex.h"
#include "../rtl/rtl.h"

/* ---- start.c ------------------------------------------------------------ */

/* How io is to run from its next start on. */
struct io_settings {
    PCSTR root;              /* of the drives; NULL: NTIO_ROOT */
    BOOLEAN has_reports;     /* report.c */
    BOOLEAN is_pool_special; /* IRPs go back to pool at once, where their misuse is seen */
};
VOID io_configure(const struct io_settings *wanted);

/* ---- irp.c: packets ----------------------------------------------------- */

/* One entry of a completion port: a finished request, or a message. */
struct io_packet {
    LIST_ENTRY link; /* in the port's list, guarded by the port's lock */
    PVOID key;
    PVOID context;
    IO_STATUS_BLOCK result;
    PIRP irp; /* the request that it lives in; NULL: allocated by NtSetIoCompletion */
};

/* Who has to finish a request whose stack locations are all done. */
enum io_stage {
    IO_STAGE_LOOSE,       /* the completing thread: a driver sent it */
    IO_STAGE_DISPATCHING, /* the service, which is still inside the driver's dispatch routine */
    IO_STAGE_COMPLETED,   /* the service: completion came while it was inside */
    IO_STAGE_LEFT,        /* the completing thread: the service returned or waits for the event */
};

/* What became of a request's buffers, for ntio_last_request. */
struct io_report {
    BOOLEAN is_valid;
    ULONG method; /* METHOD_BUFFERED... */
    ULONG64 user_address, system_address;
    ULONG64 user_frame, system_frame;
    SIZE_T length, copied_in, copied_out;
};

/*
 * The private part of an IRP that the I/O manager allocated, ahead of the
 * public one. An IRP that a driver made from raw memory has none.
 */
struct io_irp {
    struct io_irp *next;  /* in its thread's cache, or in a canceller's list */
    struct io_irp *outer; /* in io_thread.dispatching */
    PIRP self;            /* the IRP below, as proof that this is one (io_irp_of) */

    PKSPIN_LOCK list_lock; /* guards ThreadListEntry while on a list, NULL otherwise */
    PKTHREAD held_thread;  /* referenced until the request is finished, may be NULL */
    PVOID held_event;      /* likewise, the caller's event */
    LONGLONG offset;       /* of a transfer at a synchronous file's position, else -1 */
    ULONG stage;           /* enum io_stage; atomic exchanges, send.c and complete.c */
    LONG references;       /* 1 for the request, 1 for each canceller; atomic */
    UCHAR size_class;      /* index of the cache that it goes back to */
    BOOLEAN is_abandoned;  /* its thread gave up waiting for it: finish tells nobody */
    BOOLEAN is_cancelling; /* in a canceller's list; atomic */
    BOOLEAN has_activity;
    GUID activity; /* IoSetActivityIdIrp; if has_activity */

    struct io_packet packet; /* once finished, for a completion port */
    struct io_report report;
    __attribute__((aligned(16))) IRP irp; /* its stack locations follow */
};

/* Set in IRP.AllocationFlags: the IRP is the tail of an io_irp. */
#define IO_IRP_OURS 0x80

#define IO_IRP_CLASSES 3

/* What io keeps a thread (KTHREAD.io): free IRPs, so that a request takes no lock. */
struct io_thread {
    LIST_ENTRY link; /* in io's list of them, guarded by its lock */
    PKTHREAD thread;
    /*
     * Requests inside their dispatch routine, by io_irp.outer, which are on no
     * list yet. Written by the own thread without a lock; see io_watch.
     */
    struct io_irp *dispatching;
    struct io_irp *free[IO_IRP_CLASSES];
    ULONG free_count[IO_IRP_CLASSES];
    BOOLEAN is_draining;   /* the thread waits until its list of IRPs is empty; under irp_lock */
    KEVENT drained;        /* set then */
    struct io_report last; /* report.c */
    PIRP top_level;        /* IoSetTopLevelIrp */
};

/* The thread's part, made on first use; NULL without memory. Own thread only. */
struct io_thread *io_thread_of(PKTHREAD thread);
/* Frees it when the thread ends. */
VOID io_end_thread(PKTHREAD thread);
/* use_cache: FALSE if special pool is to see every free. */
NTSTATUS io_irp_start(BOOLEAN use_cache);
VOID io_irp_stop(VOID);

/* An IRP for what may not fail (cleanup, close): waits for the one in reserve if it must. */
PIRP io_allocate_reserve_irp(CCHAR locations);

/* The private part of an IRP, NULL if it has none. */
static inline struct io_irp *io_irp_of(PIRP irp)
{
    return (irp->AllocationFlags & IO_IRP_OURS) ? CONTAINING_RECORD(irp, struct io_irp, irp) : NULL;
}

/* The request is over: gives its reference up. A canceller gives up its own. The last frees it. */
VOID io_release_irp(struct io_irp *request);
VOID io_dereference_irp(struct io_irp *request);

/*
 * Queues the IRP to its thread's list, or to the file's where the file reports
 * to a completion port (such requests outlive their thread), if it is not on
 * one; takes it off.
 */
VOID io_queue_irp(struct io_irp *request);
VOID io_dequeue_irp(struct io_irp *request);

/*
 * Makes a request visible to cancellers while its dispatch routine runs. Most
 * are complete when that returns and are never queued.
 */
VOID io_enter_dispatch(struct io_thread *state, struct io_irp *request);
VOID io_leave_dispatch(struct io_thread *state, struct io_irp *request);
/*
 * Between these a canceller may look at a thread's dispatching, under its
 * irp_lock, and reference what it finds. PASSIVE_LEVEL; slow.
 */
VOID io_watch(VOID);
VOID io_unwatch(VOID);

/* ---- buffer.c: the three methods ----------------------------------------- */

/*
 * What a service checks of a UserMode caller's buffers before it does anything:
 * what the I/O manager itself will copy. Direct buffers are probed as they are
 * locked, the others by nobody. A NULL pointer makes its length 0.
 */
NTSTATUS io_probe_transfer(ULONG device_flags, PVOID buffer, ULONG length, BOOLEAN is_read);
NTSTATUS io_probe_control(ULONG code, PVOID input, PULONG input_length, PVOID output,
                          PULONG output_length);

/*
 * Gives a read or write its buffer by the device's method, a control request
 * its two by the code's, for a caller in irp->RequestorMode. On failure
 * nothing is left of it.
 */
NTSTATUS io_prepare_transfer(PIRP irp, PDEVICE_OBJECT device, PVOID buffer, ULONG length,
                             BOOLEAN is_read);
NTSTATUS io_prepare_control(PIRP irp, PDEVICE_OBJECT device, ULONG code, PVOID input,
                            ULONG input_length, PVOID output, ULONG output_length,
                            PVOID *type3_input);
/* A system buffer for a request that is always buffered (query and set information). */
NTSTATUS io_prepare_buffered(PIRP irp, PVOID buffer, ULONG length, BOOLEAN is_read);

/* Unlocks the pages of the request's MDLs. Any thread. */
VOID io_unlock_buffers(PIRP irp);
/* Copies out what the caller is to get, which may fail the request, and frees buffers and MDLs. */
VOID io_release_buffers(PIRP irp);

/* ---- report.c: what the last request did with its buffers ------------------ */

VOID io_report_start(BOOLEAN is_enabled);
/* Called by buffer.c when a request got its buffers, before its pages are unlocked, when copied. */
VOID io_report_begin(PIRP irp, ULONG method, PVOID user, SIZE_T length, SIZE_T copied_in);
VOID io_report_mapped(PIRP irp);
VOID io_report_copied_out(PIRP irp, SIZE_T bytes);
/* Makes the request's report its thread's last one. */
VOID io_report_publish(struct io_irp *request);
/* The calling thread's last one; FALSE if there is none. */
BOOLEAN io_report_last(struct io_report *report);

/* ---- send.c, finish.c ----------------------------------------------------- */

/* A service's caller and what it wants; the services' common part. */
struct io_request {
    PFILE_OBJECT file;     /* referenced */
    PDEVICE_OBJECT device; /* top of the file's stack */
    ACCESS_MASK granted;
    KPROCESSOR_MODE mode;
    BOOLEAN is_locked; /* holds the synchronous file's lock */
    PKEVENT event;     /* the caller's, referenced, or NULL */
    PIO_APC_ROUTINE apc_routine;
    PVOID apc_context;
    PIO_STATUS_BLOCK iosb;
};

/*
 * References the file for access and checks IO_STATUS_BLOCK and APC. On failure
 * there is nothing to undo; after any later failure io_abort_request undoes all.
 */
NTSTATUS io_begin_request(struct io_request *request, HANDLE handle, ACCESS_MASK access,
                          PIO_APC_ROUTINE apc_routine, PVOID apc_context, PIO_STATUS_BLOCK iosb);
/* References and clears the caller's event, if there is one. */
NTSTATUS io_take_event(struct io_request *request, HANDLE event);
/*
 * Locks a synchronous file, resets another's own event. A synchronous file's is
 * reset when its request outlasts the dispatch routine, or fails in it.
 */
NTSTATUS io_enter_file(struct io_request *request);
VOID io_abort_request(struct io_request *request);

/* An IRP for the request with its first stack location set up, or NULL. */
PIRP io_make_irp(const struct io_request *request, UCHAR major, PIO_STACK_LOCATION *location);
/* Sets an IRP of the I/O manager's own up, likewise; passes a NULL irp through. */
PIRP io_set_up_irp(PIRP irp, PFILE_OBJECT file, UCHAR major, PIO_STACK_LOCATION *location);
/*
 * Sends and, for a synchronous file, waits. The IRP and all that the request
 * holds are given up whatever the answer.
 */
NTSTATUS io_send_request(struct io_request *request, PIRP irp);
/*
 * Sends and waits whatever the file's mode; the IRP is gone on return, the
 * request is still the caller's. result receives the IO_STATUS_BLOCK.
 */
NTSTATUS io_send_and_wait(PDEVICE_OBJECT device, PIRP irp, PIO_STATUS_BLOCK result);

/*
 * The last step of a request: buffers, IO_STATUS_BLOCK, event, APC or packet;
 * frees it. is_pended: its sender was told STATUS_PENDING. Returns its status.
 */
NTSTATUS io_finish_request(struct io_irp *request, BOOLEAN is_pended);

/* The space that the addresses in a UserMode request are in, or NULL. */
struct mm_space *io_requestor_space(PIRP irp);

/* Writes the calling thread's IO_STATUS_BLOCK, Information before Status; may fault. */
NTSTATUS io_write_status_block(PIO_STATUS_BLOCK to, const IO_STATUS_BLOCK *from,
                               KPROCESSOR_MODE mode);

/* ---- synchronous.c: one request at a time on a synchronous file ----------- */

VOID io_synchronous_start(VOID);
/* STATUS_ALERTED or STATUS_USER_APC if an alertable wait was broken off. */
NTSTATUS io_lock_file(PFILE_OBJECT file, KPROCESSOR_MODE mode);
VOID io_unlock_file(PFILE_OBJECT file);
/* Waits for the thread's request irp to signal event; cancels it if the wait is broken off. */
VOID io_wait_for_request(PFILE_OBJECT file, PKEVENT event, PIRP irp, KPROCESSOR_MODE mode);

static inline BOOLEAN io_is_synchronous(PFILE_OBJECT file)
{
    return (file->Flags & FO_SYNCHRONOUS_IO) != 0;
}

/* ---- cancel.c -------------------------------------------------------------- */

VOID io_cancel_start(VOID);
/* Cancels whatever the process's threads have sent, without waiting. */
VOID io_cancel_process_irps(PKPROCESS process);
/* Cancels the one request of the calling thread that is irp, if it is still there. */
VOID io_cancel_own_irp(PKTHREAD thread, PIRP irp);

/* ---- device.c, driver.c ----------------------------------------------------- */

enum io_device_state {
    IO_DEVICE_DELETED = 1,        /* IoDeleteDevice was called */
    IO_DEVICE_START_DEFERRED = 2, /* IoSetStartIoAttributes: StartIo is never called recursively */
    IO_DEVICE_NOT_CANCELABLE = 4, /* IoSetStartIoAttributes */
    IO_DEVICE_ORPHANED = 8,       /* its driver left it behind: files on it reach nobody */
    IO_DEVICE_BLOCKED = 16,       /* io_block_device */
};

/* A device: what drivers see, what they do not, and the driver's extension behind it. */
struct io_device {
    DEVICE_OBJECT device;
    DEVOBJ_EXTENSION extension;
    PDEVICE_OBJECT attached_to; /* the device below, guarded by the database lock */
    LONG state;                 /* enum io_device_state; bits set under the database lock */
    LONG start_depth;           /* startio.c: next-packet calls under way, atomic */
    ULONG start_key;            /* the key of the last of them */
    BOOLEAN start_by_key;
    LIST_ENTRY shutdown;      /* in the list of shutdown notifications, or empty */
    PVOID node;               /* io_device_node's */
    struct mm_lender *lender; /* referenced; NULL: nothing of the stack's requests is lent */
    ULONG lent_transfer, lent_control; /* bytes from which a buffer is */
};

static inline struct io_device *io_device_of(PDEVICE_OBJECT device)
{
    return CONTAINING_RECORD(device, struct io_device, device);
}

enum io_driver_state {
    IO_DRIVER_UNLOAD_PENDING = 1, /* unload when the last file on its devices goes */
    IO_DRIVER_UNLOADED = 2,       /* DriverUnload was called */
};

/* IoAllocateDriverObjectExtension's memory. */
struct io_driver_extension {
    struct io_driver_extension *next;
    PVOID id;
    __attribute__((aligned(16))) UCHAR data[];
};

struct io_driver {
    DRIVER_OBJECT driver;
    DRIVER_EXTENSION extension;
    LIST_ENTRY link;         /* in the list of drivers, guarded by the database lock */
    struct hal_image *image; /* NULL: its code is part of the kernel or the program */
    struct io_driver_extension *extensions; /* guarded by the database lock */
    LIST_ENTRY reinitializations;           /* reinitialize.c */
    LONG state;                             /* enum io_driver_state, under the database lock */
    WCHAR *text;                            /* what the names in the driver object point to */
    BOOLEAN owns_key;                       /* its Services key was made by this load */
};

static inline struct io_driver *io_driver_of(PDRIVER_OBJECT driver)
{
    return CONTAINING_RECORD(driver, struct io_driver, driver);
}

/* Guards the lists of drivers and devices, attachments and device references. */
extern KSPIN_LOCK io_database_lock;

VOID io_device_start(VOID);
/*
 * One more file on the device. STATUS_NO_SUCH_DEVICE: it is being made or
 * deleted; STATUS_ACCESS_DENIED: it is exclusive and open (is_related: the new
 * file belongs to one that is open).
 */
NTSTATUS io_reference_device(PDEVICE_OBJECT device, BOOLEAN is_related);
/*
 * Deletes the device if IoDeleteDevice was called and nothing holds it any
 * more. Called with the database lock held, raised from irql; releases it.
 */
VOID io_settle_device(PDEVICE_OBJECT device, KIRQL irql);
/* One file less; the last one carries out a deferred deletion or unload. PASSIVE_LEVEL. */
VOID io_dereference_device(PDEVICE_OBJECT device);
/* Deletes what a driver left behind, without calling it; returns how many there were. */
ULONG io_delete_driver_devices(PDRIVER_OBJECT driver);

/* devicenode.c: the device's last file is closed, and it is blocked. PASSIVE_LEVEL. */
VOID io_device_is_idle(PDEVICE_OBJECT device);

/* driver.c: the objects */
VOID io_driver_start(VOID);
/* Makes a named driver object that fails all requests. */
NTSTATUS io_make_driver(PCUNICODE_STRING name, PDRIVER_OBJECT *driver);
/* Calls its entry; on failure the driver object is gone. */
NTSTATUS io_initialize_driver(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);
/* IoCreateDriver below a full name: a driver whose code is already there. */
NTSTATUS io_create_driver(PCUNICODE_STRING name, PDRIVER_INITIALIZE entry, PDRIVER_OBJECT *driver);
/* The driver object made after previous (NULL: the first), referenced, or NULL; lets go of
 * previous. */
PDRIVER_OBJECT io_next_driver(PDRIVER_OBJECT previous);
/* The driver object made last, referenced, or NULL. */
PDRIVER_OBJECT io_last_driver(VOID);
PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize, BOOLEAN ChargeQuota);

/* unload.c */
/* Runs a deferred unload if nothing is open any more. */
VOID io_try_deferred_unload(PDRIVER_OBJECT driver);
/* Gets rid of a driver that nobody unloaded: for ntio_stop. */
VOID io_force_unload(PDRIVER_OBJECT driver);
/* The driver object is going: its code and its own registry key do too. */
VOID io_release_image(PDRIVER_OBJECT driver);

/* code.c: makes the driver's code known to io_driver_of_code, and forgets it. */
NTSTATUS io_publish_code(PDRIVER_OBJECT driver);
VOID io_withdraw_code(PDRIVER_OBJECT driver);
VOID io_code_stop(VOID);

/* load.c: writes the name of a service's registry key to key, which has the room. */
VOID io_services_key(PCUNICODE_STRING service, PUNICODE_STRING key);

/* reinitialize.c */
VOID io_run_reinitializations(PDRIVER_OBJECT driver);
VOID io_drop_reinitializations(PDRIVER_OBJECT driver);

/* systemthread.c: runs work(context) in the system process, as NT's system threads do, and waits.
 */
NTSTATUS io_run_in_system(NTSTATUS (*work)(PVOID context), PVOID context);

/* shutdown.c */
VOID io_shutdown_start(VOID);
VOID io_shutdown_remove(PDEVICE_OBJECT device);
/* Sends IRP_MJ_SHUTDOWN to whoever asked for it, the last first. */
VOID io_shutdown_notify(VOID);

/* timer.c */
VOID io_timer_start(VOID);
VOID io_timer_stop(VOID);
/* Takes the device's timer away. */
VOID io_timer_remove(PDEVICE_OBJECT device);

/* ---- file.c, open.c --------------------------------------------------------- */

/*
 * A file object without a name on device; takes over the caller's reference of
 * io_reference_device, on failure too.
 */
NTSTATUS io_make_file(PDEVICE_OBJECT device, PFILE_OBJECT *file);
/* Gives a new file its name, a copy. */
NTSTATUS io_name_file(PFILE_OBJECT file, PCUNICODE_STRING name);
/* The OBJ_ flags of a caller's OBJECT_ATTRIBUTES, none without; a user gets no kernel handle. */
NTSTATUS io_fetch_attributes(POBJECT_ATTRIBUTES from, KPROCESSOR_MODE mode, PULONG attributes);
VOID io_file_start(VOID);
VOID io_open_start(VOID);

/* ---- completionport.c --------------------------------------------------------- */

VOID io_port_start(VOID);
/* Puts a packet into a port; never fails. */
VOID io_port_insert(PVOID port, struct io_packet *packet);

/* ---- sandbox.c ------------------------------------------------------------------ */

/*
 * Makes the drives, as a driver that goes with the others. roots is the folder
 * behind C:, several as "C:=/one;D:=/two", or NULL.
 */
NTSTATUS io_sandbox_start(PCSTR roots);
