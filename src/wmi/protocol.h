/*
 * What programs ask \Device\WMIDataDevice, and what it answers. advapi32 includes this too: it
 * names only types that both sides have.
 */
#pragma once

#define WMI_DEVICE_NAME L"\\Device\\WMIDataDevice"
#define WMI_REQUEST CTL_CODE(FILE_DEVICE_UNKNOWN, 0x57, METHOD_BUFFERED, FILE_ANY_ACCESS)

enum wmi_operation {
    WMI_OPERATION_EXISTS, /* does anybody provide the class? */
    WMI_OPERATION_QUERY_ALL,
    WMI_OPERATION_QUERY,
    WMI_OPERATION_SET,
    WMI_OPERATION_SET_ITEM,
    WMI_OPERATION_EXECUTE,
};

/*
 * The input; the instance's name and, on a multiple of 8, the data follow. The output is the WNODE
 * of a query, or what a method gave back. STATUS_BUFFER_OVERFLOW: the output is a
 * WNODE_TOO_SMALL.
 */
struct wmi_request {
    ULONG operation; /* enum wmi_operation */
    GUID guid;
    ULONG id; /* of the item or method */
    ULONG name_bytes;
    ULONG data_at; /* offset */
    ULONG data_bytes;
};
