/* Pins: opening and closing: what IRP_MJ_CREATE tells the driver, who may open what, and when
 * CLEANUP and CLOSE come. */
#include "io/io_test.h"

/* Majors that the driver got, in order. */
static struct {
    UCHAR majors[16];
    ULONG count;
} seen;

static struct {
    ULONG options, attributes, share;
    ULONG flags; /* of the file object */
    ACCESS_MASK access;
    WCHAR name[64];
    PFILE_OBJECT related;
    KPROCESSOR_MODE mode;
    LONGLONG allocation_size;
    ULONG ea_length;
    UCHAR ea[16];
} created;

static NTSTATUS create_answer;
static ULONG_PTR create_information;
static PIRP pended;

static VOID note_create(PIRP irp, PIO_STACK_LOCATION location)
{
    PFILE_OBJECT file = location->FileObject;

    memset(&created, 0, sizeof(created));
    created.options = location->Parameters.Create.Options;
    created.attributes = location->Parameters.Create.FileAttributes;
    created.share = location->Parameters.Create.ShareAccess;
    created.access = location->Parameters.Create.SecurityContext->DesiredAccess;
    created.flags = file->Flags;
    created.related = file->RelatedFileObject;
    created.mode = irp->RequestorMode;
    created.allocation_size = irp->Overlay.AllocationSize.QuadPart;
    created.ea_length = location->Parameters.Create.EaLength;
    if (created.ea_length)
        memcpy(created.ea, irp->AssociatedIrp.SystemBuffer,
               created.ea_length < sizeof(created.ea) ? created.ea_length : sizeof(created.ea));
    if (file->FileName.Length)
        memcpy(created.name, file->FileName.Buffer, file->FileName.Length);
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    UNREFERENCED_PARAMETER(device);
    if (seen.count < RTL_NUMBER_OF(seen.majors))
        seen.majors[seen.count++] = location->MajorFunction;
    if (location->MajorFunction == IRP_MJ_CREATE) {
        note_create(irp, location);
        return complete(irp, create_answer, create_information);
    }
    if (location->MajorFunction == IRP_MJ_READ) {
        IoMarkIrpPending(irp);
        pended = irp;
        return STATUS_PENDING;
    }
    return complete(irp, STATUS_SUCCESS, 0);
}

static PDRIVER_OBJECT driver;

static PDEVICE_OBJECT set_up(void)
{
    memset(&seen, 0, sizeof(seen));
    create_answer = STATUS_SUCCESS;
    create_information = 0;
    driver = make_test_driver(dispatch);
    return make_device(driver, DEVICE_NAME, 0);
}

static VOID expect_majors(const UCHAR *majors, ULONG count)
{
    assert_int_equal(seen.count, count);
    assert_memory_equal(seen.majors, majors, count);
    seen.count = 0;
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        static const UCHAR expected[] = {__VA_ARGS__};                                             \
        expect_majors(expected, sizeof(expected));                                                 \
    } while (0)

static void order_of_requests(void)
{
    PDEVICE_OBJECT device = set_up();
    HANDLE handle = open_device(SYNCHRONOUS), second;

    EXPECT(IRP_MJ_CREATE);
    assert_int_equal(device->ReferenceCount, 1);
    assert_int_equal(NtClose(handle), STATUS_SUCCESS);
    EXPECT(IRP_MJ_CLEANUP, IRP_MJ_CLOSE);
    assert_int_equal(device->ReferenceCount, 0);

    /* A duplicate is the same file: only the last handle ends it. */
    handle = open_device(0);
    assert_int_equal(ZwDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &second, 0,
                                       0, DUPLICATE_SAME_ACCESS),
                     STATUS_SUCCESS);
    seen.count = 0;
    assert_int_equal(NtClose(handle), STATUS_SUCCESS);
    assert_int_equal(seen.count, 0);
    assert_int_equal(NtClose(second), STATUS_SUCCESS);
    EXPECT(IRP_MJ_CLEANUP, IRP_MJ_CLOSE);
    assert_int_equal(NtClose(second), STATUS_INVALID_HANDLE);
}

static void close_under_io(void)
{
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER offset = {.QuadPart = 0};
    UCHAR buffer[8];
    HANDLE handle;

    set_up();
    handle = open_device(0);
    seen.count = 0;
    assert_int_equal(
        NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, sizeof(buffer), &offset, NULL),
        STATUS_PENDING);
    /* The request goes on without the handle; CLOSE waits for it. */
    assert_int_equal(NtClose(handle), STATUS_SUCCESS);
    EXPECT(IRP_MJ_READ, IRP_MJ_CLEANUP);
    complete(pended, STATUS_SUCCESS, 0);
    EXPECT(IRP_MJ_CLOSE);
}

static void create_parameters(void)
{
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME L"\\sub\\leaf");
    LARGE_INTEGER size = {.QuadPart = 0x123456789};
    OBJECT_ATTRIBUTES attributes;
    UCHAR ea[] = {1, 2, 3, 4, 5, 6, 7, 8};
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up();
    create_information = FILE_CREATED;
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    assert_int_equal(NtCreateFile(&handle, GENERIC_READ | SYNCHRONIZE, &attributes, &iosb, &size,
                                  FILE_ATTRIBUTE_HIDDEN, FILE_SHARE_READ, FILE_OPEN_IF,
                                  FILE_SYNCHRONOUS_IO_ALERT | FILE_NON_DIRECTORY_FILE, ea,
                                  sizeof(ea)),
                     STATUS_SUCCESS);
    assert_int_equal(iosb.Status, STATUS_SUCCESS);
    assert_int_equal(iosb.Information, FILE_CREATED);
    assert_int_equal(created.options,
                     (FILE_OPEN_IF << 24) | FILE_SYNCHRONOUS_IO_ALERT | FILE_NON_DIRECTORY_FILE);
    assert_int_equal(created.attributes, FILE_ATTRIBUTE_HIDDEN);
    assert_int_equal(created.share, FILE_SHARE_READ);
    assert_int_equal(created.access, FILE_GENERIC_READ);
    assert_int_equal(created.mode, UserMode);
    assert_int_equal(created.allocation_size, size.QuadPart);
    assert_int_equal(created.ea_length, sizeof(ea));
    assert_memory_equal(created.ea, ea, sizeof(ea));
    assert_int_equal(created.flags, FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO);
    assert_memory_equal(created.name, L"\\sub\\leaf", sizeof(L"\\sub\\leaf"));
    NtClose(handle);
}

static void driver_refuses(void)
{
    PDEVICE_OBJECT device = set_up();
    HANDLE handle = (HANDLE)(ULONG_PTR)0x1234;

    create_answer = STATUS_DEVICE_NOT_READY;
    assert_int_equal(try_open(DEVICE_NAME, FILE_READ_DATA, 0, &handle), STATUS_DEVICE_NOT_READY);
    /* Never opened, so nothing to end. */
    EXPECT(IRP_MJ_CREATE);
    assert_int_equal(device->ReferenceCount, 0);
    assert_ptr_equal(handle, (HANDLE)(ULONG_PTR)0x1234);
}

static void invalid_parameters(void)
{
    static const struct {
        ACCESS_MASK access;
        ULONG attributes, share, disposition, options;
    } rows[] = {
        {FILE_READ_DATA, 0, 0, FILE_MAXIMUM_DISPOSITION + 1, 0},
        {FILE_READ_DATA, 0x80000000, 0, FILE_OPEN, 0},
        {FILE_READ_DATA, 0, 8, FILE_OPEN, 0},
        {FILE_READ_DATA, 0, 0, FILE_OPEN, 0x01000000},
        {FILE_READ_DATA, 0, 0, FILE_OPEN, FILE_SYNCHRONOUS_IO_ALERT},
        {FILE_READ_DATA | SYNCHRONIZE, 0, 0, FILE_OPEN,
         FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT},
        {FILE_READ_DATA, 0, 0, FILE_OPEN, FILE_DELETE_ON_CLOSE},
        {FILE_READ_DATA, 0, 0, FILE_OPEN, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE},
        {FILE_READ_DATA, 0, 0, FILE_OVERWRITE, FILE_DIRECTORY_FILE},
        {FILE_APPEND_DATA, 0, 0, FILE_OPEN, FILE_NO_INTERMEDIATE_BUFFERING},
    };
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    ULONG i;

    set_up();
    InitializeObjectAttributes(&attributes, &path, 0, NULL, NULL);
    for (i = 0; i < RTL_NUMBER_OF(rows); i++)
        assert_int_equal(NtCreateFile(&handle, rows[i].access, &attributes, &iosb, NULL,
                                      rows[i].attributes, rows[i].share, rows[i].disposition,
                                      rows[i].options, NULL, 0),
                         STATUS_INVALID_PARAMETER);
    assert_int_equal(seen.count, 0);
}

static void names_that_lead_nowhere(void)
{
    HANDLE handle;

    set_up();
    assert_int_equal(try_open(L"\\Device\\Absent", FILE_READ_DATA, 0, &handle),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(try_open(L"\\Absent\\Test", FILE_READ_DATA, 0, &handle),
                     STATUS_OBJECT_PATH_NOT_FOUND);
    assert_int_equal(try_open(L"\\??\\Absent", FILE_READ_DATA, 0, &handle),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(try_open(L"Test", FILE_READ_DATA, 0, &handle), STATUS_OBJECT_PATH_SYNTAX_BAD);
    assert_int_equal(try_open(L"\\Device", FILE_READ_DATA, 0, &handle),
                     STATUS_OBJECT_TYPE_MISMATCH);
}

static void bad_pointers(void)
{
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME);
    UNICODE_STRING lie = {64, 64, (PWSTR)16};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up();
    InitializeObjectAttributes(&attributes, &path, 0, NULL, NULL);
    assert_int_equal(NtOpenFile((PHANDLE)16, FILE_READ_DATA, &attributes, &iosb, 0, 0),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(NtOpenFile(&handle, FILE_READ_DATA, &attributes, (PIO_STATUS_BLOCK)16, 0, 0),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(NtOpenFile(&handle, FILE_READ_DATA, (POBJECT_ATTRIBUTES)16, &iosb, 0, 0),
                     STATUS_ACCESS_VIOLATION);
    attributes.ObjectName = &lie;
    assert_int_equal(NtOpenFile(&handle, FILE_READ_DATA, &attributes, &iosb, 0, 0),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(seen.count, 0);
}

static void initializing_device(void)
{
    PDEVICE_OBJECT device = set_up();
    HANDLE handle;

    device->Flags |= DO_DEVICE_INITIALIZING;
    assert_int_equal(try_open(DEVICE_NAME, FILE_READ_DATA, 0, &handle), STATUS_NO_SUCH_DEVICE);
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    assert_int_equal(try_open(DEVICE_NAME, FILE_READ_DATA, 0, &handle), STATUS_SUCCESS);
    NtClose(handle);
}

static HANDLE open_below(HANDLE root, PCWSTR name)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle = NULL;

    RtlInitUnicodeString(&path, name);
    InitializeObjectAttributes(&attributes, &path, 0, root, NULL);
    assert_int_equal(NtOpenFile(&handle, FILE_READ_DATA, &attributes, &iosb, 0, 0), STATUS_SUCCESS);
    return handle;
}

static void exclusive_device(void)
{
    PDEVICE_OBJECT device = set_up();
    HANDLE handle, second, related;

    device->Flags |= DO_EXCLUSIVE;
    handle = open_device(0);
    assert_int_equal(try_open(DEVICE_NAME, FILE_READ_DATA, 0, &second), STATUS_ACCESS_DENIED);
    /* Who has it open may open more below it. */
    related = open_below(handle, L"more");
    NtClose(related);
    NtClose(handle);
    handle = open_device(0);
    NtClose(handle);
}

static void related_files(void)
{
    HANDLE root, handle, again;

    set_up();
    root = open_device(0);
    handle = open_below(root, L"leaf");
    assert_memory_equal(created.name, L"leaf", sizeof(L"leaf"));
    assert_non_null(created.related);
    /* No name: the same thing once more, in a file of its own. */
    again = open_below(root, L"");
    assert_int_equal(created.name[0], 0);
    assert_non_null(created.related);
    seen.count = 0;
    NtClose(handle);
    EXPECT(IRP_MJ_CLEANUP, IRP_MJ_CLOSE);
    NtClose(root);
    /* Still needed by the other file. */
    EXPECT(IRP_MJ_CLEANUP);
    NtClose(again);
    EXPECT(IRP_MJ_CLEANUP, IRP_MJ_CLOSE, IRP_MJ_CLOSE);
}

static void symbolic_link(void)
{
    UNICODE_STRING name = RTL_STRING(L"\\DosDevices\\TestLink"), target = RTL_STRING(DEVICE_NAME);
    HANDLE handle;

    set_up();
    assert_int_equal(IoCreateSymbolicLink(&name, &target), STATUS_SUCCESS);
    assert_int_equal(try_open(L"\\??\\testlink\\x", FILE_READ_DATA, 0, &handle), STATUS_SUCCESS);
    assert_memory_equal(created.name, L"\\x", sizeof(L"\\x"));
    NtClose(handle);
    assert_int_equal(IoDeleteSymbolicLink(&name), STATUS_SUCCESS);
    assert_int_equal(try_open(L"\\??\\TestLink", FILE_READ_DATA, 0, &handle),
                     STATUS_OBJECT_NAME_NOT_FOUND);
}

static void access_rights(void)
{
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER offset = {.QuadPart = 0};
    UCHAR byte = 0;
    HANDLE handle;
    ULONG code = CTL_CODE(FILE_DEVICE_UNKNOWN, 1, METHOD_BUFFERED, FILE_WRITE_ACCESS);

    set_up();
    assert_int_equal(try_open(DEVICE_NAME, FILE_WRITE_DATA, 0, &handle), STATUS_SUCCESS);
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, &byte, 1, &offset, NULL),
                     STATUS_ACCESS_DENIED);
    assert_int_equal(NtWriteFile(handle, NULL, NULL, NULL, &iosb, &byte, 1, &offset, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(control(handle, code, NULL, 0, NULL, 0, &iosb), STATUS_SUCCESS);
    NtClose(handle);
    assert_int_equal(try_open(DEVICE_NAME, FILE_READ_DATA, 0, &handle), STATUS_SUCCESS);
    assert_int_equal(NtWriteFile(handle, NULL, NULL, NULL, &iosb, &byte, 1, &offset, NULL),
                     STATUS_ACCESS_DENIED);
    assert_int_equal(control(handle, code, NULL, 0, NULL, 0, &iosb), STATUS_ACCESS_DENIED);
    NtClose(handle);
}

static void kernel_callers(void)
{
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up();
    InitializeObjectAttributes(&attributes, &path, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_int_equal(
        ZwCreateFile(&handle, GENERIC_READ, &attributes, &iosb, NULL, 0, 0, FILE_OPEN, 0, NULL, 0),
        STATUS_SUCCESS);
    assert_int_equal(created.mode, KernelMode);
    assert_int_equal(ke_current()->previous_mode, UserMode);
    /* A user cannot touch it. */
    assert_int_equal(NtClose(handle), STATUS_INVALID_HANDLE);
    assert_int_equal(ZwClose(handle), STATUS_SUCCESS);
    /* A user asking for a kernel handle gets one of his own. */
    assert_int_equal(
        NtCreateFile(&handle, GENERIC_READ, &attributes, &iosb, NULL, 0, 0, FILE_OPEN, 0, NULL, 0),
        STATUS_SUCCESS);
    assert_int_equal(NtClose(handle), STATUS_SUCCESS);
}

static void device_object_pointer(void)
{
    UNICODE_STRING path = RTL_STRING(DEVICE_NAME);
    PDEVICE_OBJECT device = set_up(), found;
    PFILE_OBJECT file;

    assert_int_equal(IoGetDeviceObjectPointer(&path, FILE_READ_DATA, &file, &found),
                     STATUS_SUCCESS);
    assert_ptr_equal(found, device);
    assert_ptr_equal(file->DeviceObject, device);
    EXPECT(IRP_MJ_CREATE, IRP_MJ_CLEANUP);
    ObDereferenceObject(file);
    EXPECT(IRP_MJ_CLOSE);
}

static void no_memory(void)
{
    PDEVICE_OBJECT device = set_up();
    HANDLE handle;
    NTSTATUS status;
    ULONG i;

    /* Each allocation in turn: nothing is left of the open that failed. */
    for (i = 0;; i++) {
        ex_pool_inject(i, FALSE);
        status = try_open(DEVICE_NAME L"\\name", FILE_READ_DATA, 0, &handle);
        ex_pool_inject(MAXULONG, FALSE);
        if (NT_SUCCESS(status))
            break;
        assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(device->ReferenceCount, 0);
    }
    assert_true(i > 0);
    NtClose(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(order_of_requests),  IO_TEST(close_under_io),
        IO_TEST(create_parameters),  IO_TEST(driver_refuses),
        IO_TEST(invalid_parameters), IO_TEST(names_that_lead_nowhere),
        IO_TEST(bad_pointers),       IO_TEST(initializing_device),
        IO_TEST(exclusive_device),   IO_TEST(related_files),
        IO_TEST(symbolic_link),      IO_TEST(access_rights),
        IO_TEST(kernel_callers),     IO_TEST(device_object_pointer),
        IO_TEST(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
