/*
 * The object types, and the pointers to them that drivers know.
 */
#include "ob_private.h"
#include "rights.h"

PVOID ob_not_waitable(PVOID object)
{
    UNREFERENCED_PARAMETER(object);
    return NULL;
}

struct _OBJECT_TYPE ob_type_directory = {
    .name = "Directory",
    .mapping = {STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
                STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                DIRECTORY_ALL_ACCESS},
    .valid_access = DIRECTORY_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_symbolic_link = {
    .name = "SymbolicLink",
    .mapping = {STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
                STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS},
    .valid_access = SYMBOLIC_LINK_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .destroy = ob_symbolic_link_destroy,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_event = {
    .name = "Event",
    .mapping = {STANDARD_RIGHTS_READ | EVENT_QUERY_STATE,
                STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                EVENT_ALL_ACCESS},
    .valid_access = EVENT_ALL_ACCESS,
    .pool = NonPagedPoolNx,
};

struct _OBJECT_TYPE ob_type_semaphore = {
    .name = "Semaphore",
    .mapping = {STANDARD_RIGHTS_READ | SEMAPHORE_QUERY_STATE,
                STANDARD_RIGHTS_WRITE | SEMAPHORE_MODIFY_STATE,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, SEMAPHORE_ALL_ACCESS},
    .valid_access = SEMAPHORE_ALL_ACCESS,
    .pool = NonPagedPoolNx,
};

struct _OBJECT_TYPE ob_type_mutant = {
    .name = "Mutant",
    .mapping = {STANDARD_RIGHTS_READ | MUTANT_QUERY_STATE, STANDARD_RIGHTS_WRITE,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, MUTANT_ALL_ACCESS},
    .valid_access = MUTANT_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .keep = ob_mutant_keep,
};

struct _OBJECT_TYPE ob_type_timer = {
    .name = "Timer",
    .mapping = {STANDARD_RIGHTS_READ | TIMER_QUERY_STATE,
                STANDARD_RIGHTS_WRITE | TIMER_MODIFY_STATE, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                TIMER_ALL_ACCESS},
    .valid_access = TIMER_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .destroy = ob_timer_destroy,
};

struct _OBJECT_TYPE ob_type_thread = {
    .name = "Thread",
    .mapping = {STANDARD_RIGHTS_READ | THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION,
                STANDARD_RIGHTS_WRITE | THREAD_TERMINATE | THREAD_SUSPEND_RESUME | THREAD_ALERT |
                    THREAD_SET_INFORMATION | THREAD_SET_CONTEXT,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | THREAD_RESUME |
                    THREAD_QUERY_LIMITED_INFORMATION,
                THREAD_ALL_ACCESS},
    .valid_access = THREAD_ALL_ACCESS,
    .pool = NonPagedPoolNx,
};

struct _OBJECT_TYPE ob_type_process = {
    .name = "Process",
    .mapping = {STANDARD_RIGHTS_READ | PROCESS_VM_READ | PROCESS_QUERY_INFORMATION,
                STANDARD_RIGHTS_WRITE | PROCESS_CREATE_PROCESS | PROCESS_CREATE_THREAD |
                    PROCESS_VM_OPERATION | PROCESS_VM_WRITE | PROCESS_DUP_HANDLE |
                    PROCESS_SET_QUOTA | PROCESS_SET_INFORMATION,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | PROCESS_TERMINATE |
                    PROCESS_QUERY_LIMITED_INFORMATION,
                PROCESS_ALL_ACCESS},
    .valid_access = PROCESS_ALL_ACCESS,
    .pool = NonPagedPoolNx,
};

#define OB_FILE_MAPPING                                                                            \
    {                                                                                              \
        FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS               \
    }

struct _OBJECT_TYPE ob_type_device = {
    .name = "Device",
    .mapping = OB_FILE_MAPPING,
    .valid_access = FILE_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .parses_to = &ob_type_file,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_driver = {
    .name = "Driver",
    .mapping = OB_FILE_MAPPING,
    .valid_access = FILE_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_file = {
    .name = "File",
    .mapping = OB_FILE_MAPPING,
    .valid_access = FILE_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .parses_to = &ob_type_file,
};

struct _OBJECT_TYPE ob_type_key = {
    .name = "Key",
    .mapping = {KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS},
    .valid_access = KEY_ALL_ACCESS | SYNCHRONIZE,
    .pool = NonPagedPoolNx,
    .parses_to = &ob_type_key,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_token = {
    .name = "Token",
    .mapping = {TOKEN_READ, TOKEN_WRITE, TOKEN_EXECUTE, TOKEN_ALL_ACCESS},
    .valid_access = TOKEN_ALL_ACCESS,
    .pool = NonPagedPoolNx,
    .waitable = ob_not_waitable,
};

struct _OBJECT_TYPE ob_type_completion_port = {
    .name = "IoCompletion",
    .mapping = {STANDARD_RIGHTS_READ | IO_COMPLETION_QUERY_STATE,
                STANDARD_RIGHTS_WRITE | IO_COMPLETION_MODIFY_STATE,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, IO_COMPLETION_ALL_ACCESS},
    .valid_access = IO_COMPLETION_ALL_ACCESS,
    .pool = NonPagedPoolNx,
};

/* Drivers write *IoFileObjectType, so what is exported is a pointer to a pointer. */
static POBJECT_TYPE device = &ob_type_device, driver = &ob_type_driver, event = &ob_type_event,
                    file = &ob_type_file, key = &ob_type_key, process = &ob_type_process,
                    semaphore = &ob_type_semaphore, thread = &ob_type_thread,
                    token = &ob_type_token;

POBJECT_TYPE *IoDeviceObjectType = &device;
POBJECT_TYPE *IoDriverObjectType = &driver;
POBJECT_TYPE *ExEventObjectType = &event;
POBJECT_TYPE *IoFileObjectType = &file;
POBJECT_TYPE *CmKeyObjectType = &key;
POBJECT_TYPE *PsProcessType = &process;
POBJECT_TYPE *ExSemaphoreObjectType = &semaphore;
POBJECT_TYPE *PsThreadType = &thread;
POBJECT_TYPE *SeTokenObjectType = &token;
