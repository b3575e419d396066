/*
 * NtPlugPlayControl: how programs' setupapi and cfgmgr32 reach the PnP manager. Private to
 * ntio; both sides include this.
 */
#pragma once

enum pnp_control {
    PNP_CONTROL_INTERFACES,    /* in: guid, name (a device, or empty), flags; out: a list */
    PNP_CONTROL_DEVICES,       /* in: name (an enumerator, service or class), flags; out: a list */
    PNP_CONTROL_RELATED,       /* in: name, value (enum pnp_related); out: an instance path */
    PNP_CONTROL_STATUS,        /* in: name; out: value (DN_*), problem */
    PNP_CONTROL_GET_PROPERTY,  /* in: name, key; out: data, type */
    PNP_CONTROL_SET_PROPERTY,  /* in: name, key, type, data */
    PNP_CONTROL_GET_INTERFACE, /* likewise, name is a symbolic link */
    PNP_CONTROL_SET_INTERFACE,
    PNP_CONTROL_KEY,           /* in: name, value (enum pnp_key); out: the key's name */
    PNP_CONTROL_INTERFACE_KEY, /* in: name (a symbolic link); out: the key's name */
    PNP_CONTROL_ALIAS,         /* in: name (a symbolic link), guid; out: another */
    PNP_CONTROL_REMOVE,        /* in: name, value (enum pnp_removal); out: the reason, UTF-16 */
    PNP_CONTROL_ENABLE,        /* in: name */
    PNP_CONTROL_ENUMERATE,     /* in: name: ask its bus anew */
    PNP_CONTROL_ADD,           /* in: name (a hardware id); out: an instance path */
    PNP_CONTROL_LISTEN,        /* in: value (enum pnp_listen), guid or name or file, cookie */
    PNP_CONTROL_UNLISTEN,      /* in: cookie */
    PNP_CONTROL_NEXT_EVENT,    /* waits; out: a struct pnp_user_event in data */
    PNP_CONTROL_REPLY,         /* in: cookie of the event, value: not 0 refuses */
};

enum pnp_control_flags {
    PNP_ALL_INTERFACES = 1, /* those that are not enabled too */
    PNP_OF_ENUMERATOR = 2,
    PNP_OF_SERVICE = 4,
    PNP_OF_CLASS = 8,
};

enum pnp_related { PNP_PARENT, PNP_CHILD, PNP_SIBLING };
enum pnp_key { PNP_HARDWARE_KEY, PNP_SOFTWARE_KEY };

struct pnp_control_block {
    const WCHAR *name; /* zero-terminated; NULL: none */
    GUID guid;         /* also a DEVPROPKEY's fmtid, with pid */
    ULONG pid;
    ULONG flags;
    ULONG value;
    ULONG type; /* DEVPROPTYPE */
    ULONG problem;
    HANDLE file;
    ULONG64 cookie;
    PVOID data;  /* the caller's buffer */
    ULONG bytes; /* its size; afterwards what the answer takes */
};

/* Whom a program listens to. */
enum pnp_listen {
    PNP_LISTEN_INTERFACES, /* of class guid */
    PNP_LISTEN_ALL_INTERFACES,
    PNP_LISTEN_FILE,     /* the device that file is open on */
    PNP_LISTEN_INSTANCE, /* the device name */
    PNP_LISTEN_ALL_INSTANCES,
};

/* In the order of CM_NOTIFY_ACTION. */
enum pnp_user_action {
    PNP_USER_INTERFACE_ARRIVAL,
    PNP_USER_INTERFACE_REMOVAL,
    PNP_USER_QUERY_REMOVE,
    PNP_USER_QUERY_REMOVE_FAILED,
    PNP_USER_REMOVE_PENDING,
    PNP_USER_REMOVE_COMPLETE,
    PNP_USER_CUSTOM_EVENT,
    PNP_USER_INSTANCE_ENUMERATED,
    PNP_USER_INSTANCE_STARTED,
    PNP_USER_INSTANCE_REMOVED,
};

struct pnp_user_event {
    ULONG64 listener; /* the cookie of PNP_CONTROL_LISTEN */
    ULONG64 event;    /* what PNP_CONTROL_REPLY names it by; 0: no reply is waited for */
    ULONG action;     /* enum pnp_user_action */
    GUID guid;        /* of the interface class, or of the custom event */
    ULONG data_bytes; /* of a custom event, behind name */
    WCHAR name[];     /* of the interface or device, zero-terminated */
};

/* Class is enum pnp_control, Buffer a struct pnp_control_block. */
NTSTATUS NTAPI NtPlugPlayControl(ULONG Class, PVOID Buffer, ULONG Size);
