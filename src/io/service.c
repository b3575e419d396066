/*
 * NtLoadDriver and NtUnloadDriver: drivers by the registry key of their service.
 */
#include "iop.h"

struct service {
    UNICODE_STRING key;  /* in pool */
    UNICODE_STRING name; /* the key's last component */
};

static NTSTATUS fetch(PVOID to, const VOID *from, SIZE_T bytes)
{
    if (ke_current()->previous_mode == UserMode)
        return mm_copy_from_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS capture(PUNICODE_STRING from, struct service *service)
{
    NTSTATUS status = fetch(&service->key, from, sizeof(service->key));
    PWSTR text;
    USHORT at;

    if (!NT_SUCCESS(status))
        return status;
    if (!service->key.Length)
        return STATUS_INVALID_PARAMETER;
    text = ExAllocatePoolWithTag(NonPagedPoolNx, service->key.Length, EX_TAG_NAME);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = fetch(text, service->key.Buffer, service->key.Length);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(text, EX_TAG_NAME);
        return status;
    }
    service->key.Buffer = text;
    service->key.MaximumLength = service->key.Length;
    service->name = service->key;
    for (at = service->key.Length / sizeof(WCHAR); at && text[at - 1] != L'\\'; at--)
        ;
    service->name.Buffer += at;
    service->name.Length -= at * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* The shared object's path: the service's ImagePath as UTF-8, without NT's "\??\". */
static NTSTATUS image_path(const struct service *service, PSTR path, SIZE_T size)
{
    static const UNICODE_STRING value = RTL_STRING(L"ImagePath");
    WCHAR text[512];
    ULONG type, bytes = sizeof(text) - sizeof(WCHAR);
    PWSTR start = text;
    SIZE_T length;
    NTSTATUS status = cm_query_value(&service->key, &value, &type, text, &bytes);

    if (!NT_SUCCESS(status))
        return status;
    if (type != REG_SZ && type != REG_EXPAND_SZ)
        return STATUS_ILL_FORMED_SERVICE_ENTRY;
    bytes &= ~(ULONG)1;
    text[bytes / sizeof(WCHAR)] = 0;
    if (text[0] == L'\\' && text[1] == L'?' && text[2] == L'?' && text[3] == L'\\')
        start += 4;
    for (length = 0; start[length]; length++)
        ;
    length = rtl_utf8_from_utf16(path, size - 1, start, length * sizeof(WCHAR));
    path[length] = 0;
    return STATUS_SUCCESS;
}

static BOOLEAN may_load(VOID)
{
    return SeSinglePrivilegeCheck(RtlConvertLongToLuid(SE_LOAD_DRIVER_PRIVILEGE),
                                  ke_current()->previous_mode);
}

NTSTATUS NTAPI NtLoadDriver(PUNICODE_STRING DriverServiceName)
{
    struct service service;
    CHAR path[1024], reason[IO_REASON_BYTES];
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!may_load())
        return STATUS_PRIVILEGE_NOT_HELD;
    status = capture(DriverServiceName, &service);
    if (!NT_SUCCESS(status))
        return status;
    status = image_path(&service, path, sizeof(path));
    if (NT_SUCCESS(status)) {
        status = io_load_driver(&service.name, path, NULL, reason, sizeof(reason));
        if (!NT_SUCCESS(status) && status != STATUS_IMAGE_ALREADY_LOADED)
            rtl_log("%s", reason);
    }
    ExFreePoolWithTag(service.key.Buffer, EX_TAG_NAME);
    return status;
}

NTSTATUS NTAPI NtUnloadDriver(PUNICODE_STRING DriverServiceName)
{
    struct service service;
    PDRIVER_OBJECT driver;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!may_load())
        return STATUS_PRIVILEGE_NOT_HELD;
    status = capture(DriverServiceName, &service);
    if (!NT_SUCCESS(status))
        return status;
    status = io_find_driver(&service.name, &driver);
    if (NT_SUCCESS(status)) {
        /* A PnP driver goes with its last device, and not otherwise. */
        status = driver->DriverExtension->AddDevice ? STATUS_INVALID_DEVICE_REQUEST
                                                    : io_unload_driver(driver);
        ObDereferenceObject(driver);
    }
    ExFreePoolWithTag(service.key.Buffer, EX_TAG_NAME);
    return status;
}
