/*
 * What the files of setupapi share: sets of devices and their interfaces.
 */
#pragma once

#include "../cfgmgr32/cfgmgr.h"

#include <setupapi.h>

/* A device of a set. Elements are never moved nor freed before the set: data structures that
 * programs hold point to them in Reserved. */
struct setup_device {
    struct setup_device *next;
    DEVINST device; /* 0: made by SetupDiCreateDeviceInfo, and not registered yet */
    GUID class_guid;
    PWSTR name;             /* of one that is not registered: what the device is to be called */
    PWSTR hardware_id;      /* likewise, its first; or NULL */
    DWORD install_function; /* DIF_PROPERTYCHANGE, DIF_REMOVE: what params are for; 0: none */
    DWORD state_change;     /* of DIF_PROPERTYCHANGE: DICS_* */
    BOOL is_deleted;
};

struct setup_interface {
    struct setup_interface *next;
    struct setup_device *owner;
    GUID class_guid;
    DWORD flags; /* SPINT_* */
    BOOL is_deleted;
    PWSTR path; /* "\\?\ROOT#..." */
};

struct setup_set {
    ULONG magic;
    SRWLOCK lock; /* guards the lists */
    GUID class_guid;
    BOOL has_class;
    struct setup_device *devices, *selected;
    struct setup_interface *interfaces;
};

/* The set behind a handle, locked; NULL with ERROR_INVALID_HANDLE. */
struct setup_set *setup_lock(HDEVINFO handle);
void setup_unlock(struct setup_set *set);
/* INVALID_HANDLE_VALUE with the last error. */
HDEVINFO setup_create(const GUID *class_guid);

/* The element behind a caller's structure, of a locked set; NULL with the last error. */
struct setup_device *setup_device_of(struct setup_set *set, PSP_DEVINFO_DATA data);
struct setup_interface *setup_interface_of(struct setup_set *set, PSP_DEVICE_INTERFACE_DATA data);
/* The element for a device or interface, added to the locked set if it is not in it. */
struct setup_device *setup_add_device(struct setup_set *set, DEVINST device);
struct setup_interface *setup_add_interface(struct setup_set *set, PCWSTR path,
                                            const GUID *class_guid);
/* Fills a caller's structure, whose cbSize is set; FALSE with the last error. */
BOOL setup_show_device(const struct setup_device *device, PSP_DEVINFO_DATA data);
BOOL setup_show_interface(const struct setup_interface *shown, PSP_DEVICE_INTERFACE_DATA data);

/* TRUE if result is CR_SUCCESS, else sets the last error. */
BOOL setup_result(CONFIGRET result);
/* A text for a caller's buffer of size characters; required (may be NULL) receives what it takes.
 */
BOOL setup_copy_text(PCWSTR text, PWSTR buffer, DWORD size, PDWORD required);
BOOL setup_copy_narrow(PCWSTR text, PSTR buffer, DWORD size, PDWORD required);
