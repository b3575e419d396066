/*
 * The service manager's database and handles.
 *
 * A service is a key below \Registry\Machine\System\CurrentControlSet\Services;
 * a record here is what is known of it beyond the key, for as long as somebody
 * has a handle to it. All of it is guarded by the database's lock.
 */
#pragma once

#include "registry.h"

struct service {
    struct service *next;
    PWSTR name;
    LONG handles;
    BOOL is_marked_for_delete; /* its key goes with its last handle */
};

/* What an SC_HANDLE points to: the manager itself, or one service. */
struct service_handle {
    struct service_handle *next;
    struct service *service; /* NULL: the manager */
    DWORD access;
};

/* Both with the lock: enter, leave. */
void service_lock(void);
void service_unlock(void);

/* A new handle with access, already mapped; NULL with the last error. Locked. */
SC_HANDLE service_make_handle(struct service *service, DWORD access);
/* The handle's data if it is open, of that kind and has the access; else NULL with the last error.
 * Locked. */
struct service_handle *service_reference(SC_HANDLE handle, BOOL is_manager, DWORD access);
/* Locked. */
BOOL service_close_handle(SC_HANDLE handle);

/* The record of a service, made if there is none; NULL with the last error. Locked. */
struct service *service_record(PCWSTR name);
/* Takes the record away if nobody has a handle to it. Locked. */
void service_release(struct service *service);

/* Opens the service's key; NULL with the last error. */
HANDLE service_open_key(PCWSTR name, ACCESS_MASK access, PULONG disposition);
/* TRUE if the kernel has a driver of that name loaded. */
BOOL service_is_running(PCWSTR name);
/* Loads, unloads the driver of the service; the last error if not. Locked. */
BOOL service_start(struct service *service);
BOOL service_stop(struct service *service);
