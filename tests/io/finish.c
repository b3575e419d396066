/* Pins: how a caller learns of the end of his request: return value, IO_STATUS_BLOCK, event, file,
 * APC, packet. */
#include "io/io_test.h"

static NTSTATUS answer;
static BOOLEAN pends, completes_elsewhere;
static PIRP pended;

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    if (!pends)
        return complete(irp, answer, 5);
    IoMarkIrpPending(irp);
    if (completes_elsewhere)
        __atomic_store_n(&pended, irp, __ATOMIC_RELEASE); /* for who polls */
    else
        complete(irp, answer, 5);
    return STATUS_PENDING;
}

/* Completes the pended request from a system thread. */
static NTSTATUS complete_pended(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    complete(pended, answer, 5);
    return STATUS_SUCCESS;
}

static VOID set_up(BOOLEAN is_pended)
{
    make_device(make_test_driver(dispatch), DEVICE_NAME, 0);
    pends = is_pended;
    completes_elsewhere = FALSE;
    pended = NULL;
}

static HANDLE make_event(VOID)
{
    HANDLE event = NULL;

    assert_int_equal(ZwCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
                     STATUS_SUCCESS);
    return event;
}

static BOOLEAN is_signaled(HANDLE handle)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};

    return ZwWaitForSingleObject(handle, FALSE, &no_wait) == STATUS_SUCCESS;
}

static NTSTATUS send(HANDLE handle, HANDLE event, PIO_STATUS_BLOCK iosb)
{
    memset(iosb, POISON, sizeof(*iosb));
    return NtDeviceIoControlFile(handle, event, NULL, NULL, iosb, CODE(METHOD_NEITHER), NULL, 0,
                                 NULL, 0);
}

static const NTSTATUS statuses[] = {STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW, STATUS_UNSUCCESSFUL};

/* ZwWaitForSingleObject on a file handle needs SYNCHRONIZE, which open_device asks for. */
static void not_pended(void)
{
    HANDLE handles[2], event;
    IO_STATUS_BLOCK iosb;
    ULONG i, j;

    set_up(FALSE);
    event = make_event();
    handles[0] = open_device(SYNCHRONOUS);
    handles[1] = open_device(0);
    for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
        BOOLEAN is_told = !NT_ERROR(statuses[i]);

        answer = statuses[i];
        for (j = 0; j < RTL_NUMBER_OF(handles); j++) {
            assert_int_equal(send(handles[j], NULL, &iosb), statuses[i]);
            assert_int_equal(is_signaled(handles[j]), is_told);
            assert_int_equal(is_poisoned(&iosb, sizeof(iosb)), !is_told);
            if (is_told) {
                assert_int_equal(iosb.Status, statuses[i]);
                assert_int_equal(iosb.Information, 5);
            }
            /* The caller's event is reset by the request and set by its end. */
            ZwSetEvent(event, NULL);
            assert_int_equal(send(handles[j], event, &iosb), statuses[i]);
            assert_int_equal(is_signaled(event), is_told);
        }
    }
}

static void pended_synchronous(void)
{
    HANDLE handle, event;
    IO_STATUS_BLOCK iosb;
    ULONG i;

    set_up(TRUE);
    event = make_event();
    handle = open_device(SYNCHRONOUS);
    for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
        answer = statuses[i];
        assert_int_equal(send(handle, event, &iosb), statuses[i]);
        assert_int_equal(is_poisoned(&iosb, sizeof(iosb)), NT_ERROR(statuses[i]));
        assert_int_equal(is_signaled(event), !NT_ERROR(statuses[i]));
    }
}

static void pended_asynchronous(void)
{
    HANDLE handle, event;
    IO_STATUS_BLOCK iosb;
    ULONG i, elsewhere;

    set_up(TRUE);
    event = make_event();
    handle = open_device(0);
    for (elsewhere = 0; elsewhere < 2; elsewhere++) {
        completes_elsewhere = elsewhere != 0;
        for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
            answer = statuses[i];
            assert_int_equal(send(handle, event, &iosb), STATUS_PENDING);
            if (elsewhere) {
                assert_false(is_signaled(event));
                assert_true(is_poisoned(&iosb, sizeof(iosb)));
                io_run_in_system(complete_pended, NULL);
            }
            /* Errors too, as the caller was told to wait. */
            assert_true(is_signaled(event));
            assert_int_equal(iosb.Status, statuses[i]);
            assert_int_equal(iosb.Information, 5);
            /* Without an event it is the file. */
            assert_int_equal(send(handle, NULL, &iosb), STATUS_PENDING);
            if (elsewhere) {
                assert_false(is_signaled(handle));
                io_run_in_system(complete_pended, NULL);
            }
            assert_true(is_signaled(handle));
        }
    }
}

/* A service that waits is let go by a completion on another thread. */
static VOID send_synchronous(PVOID context)
{
    IO_STATUS_BLOCK iosb;

    *(NTSTATUS *)context = send(open_device(SYNCHRONOUS), NULL, &iosb);
}

static void synchronous_waits(void)
{
    struct program_thread thread;
    NTSTATUS status = STATUS_PENDING;

    set_up(TRUE);
    completes_elsewhere = TRUE;
    answer = STATUS_BUFFER_OVERFLOW;
    start_thread(&thread, send_synchronous, &status);
    while (!__atomic_load_n(&pended, __ATOMIC_ACQUIRE))
        hal_yield();
    complete_pended(NULL);
    join_thread(&thread);
    assert_int_equal(status, STATUS_BUFFER_OVERFLOW);
}

/* The driver completes on another thread and waits for that, without marking pending. */
static NTSTATUS NTAPI complete_in_system(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    pended = irp;
    io_run_in_system(complete_pended, NULL);
    return answer;
}

static void completed_by_another_thread(void)
{
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up(FALSE);
    test_dispatch = complete_in_system;
    handle = open_device(0);
    answer = STATUS_SUCCESS;
    assert_int_equal(send(handle, NULL, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 5);
    answer = STATUS_UNSUCCESSFUL;
    assert_int_equal(send(handle, NULL, &iosb), STATUS_UNSUCCESSFUL);
    assert_true(is_poisoned(&iosb, sizeof(iosb)));
}

/* ---- APCs ------------------------------------------------------------------------------ */

static struct {
    ULONG calls;
    PVOID context;
    PIO_STATUS_BLOCK iosb;
    KPROCESSOR_MODE mode;
} apc;

NTSTATUS NTAPI NtDelayExecution(BOOLEAN Alertable, PLARGE_INTEGER DelayInterval);

static VOID NTAPI on_apc(PVOID context, PIO_STATUS_BLOCK iosb, ULONG reserved)
{
    UNREFERENCED_PARAMETER(reserved);
    apc.calls++;
    apc.context = context;
    apc.iosb = iosb;
    apc.mode = ke_current()->previous_mode;
}

static void user_apc(void)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    ULONG i, is_pended;

    set_up(FALSE);
    handle = open_device(0);
    for (is_pended = 0; is_pended < 2; is_pended++) {
        pends = is_pended != 0;
        for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
            BOOLEAN is_told = is_pended || !NT_ERROR(statuses[i]);

            answer = statuses[i];
            memset(&apc, 0, sizeof(apc));
            assert_int_equal(NtDeviceIoControlFile(handle, NULL, on_apc, &apc, &iosb,
                                                   CODE(METHOD_NEITHER), NULL, 0, NULL, 0),
                             is_pended ? STATUS_PENDING : statuses[i]);
            assert_int_equal(apc.calls, 0);
            NtDelayExecution(TRUE, &no_wait);
            assert_int_equal(apc.calls, is_told);
            if (is_told) {
                assert_ptr_equal(apc.context, &apc);
                assert_ptr_equal(apc.iosb, &iosb);
            }
        }
    }
}

/* ---- completion ports --------------------------------------------------------------------- */

static HANDLE port_for(HANDLE handle, PVOID key)
{
    FILE_COMPLETION_INFORMATION information = {.Key = key};
    IO_STATUS_BLOCK iosb;

    assert_int_equal(NtCreateIoCompletion(&information.Port, IO_COMPLETION_ALL_ACCESS, NULL, 0),
                     STATUS_SUCCESS);
    assert_int_equal(NtSetInformationFile(handle, &iosb, &information, sizeof(information),
                                          FileCompletionInformation),
                     STATUS_SUCCESS);
    return information.Port;
}

static NTSTATUS take(HANDLE port, PVOID *key, PVOID *context, PIO_STATUS_BLOCK iosb)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};

    return NtRemoveIoCompletion(port, key, context, iosb, &no_wait);
}

static NTSTATUS send_to_port(HANDLE handle, PVOID context, PIO_STATUS_BLOCK iosb)
{
    return NtDeviceIoControlFile(handle, NULL, NULL, context, iosb, CODE(METHOD_NEITHER), NULL, 0,
                                 NULL, 0);
}

static void packets(void)
{
    IO_STATUS_BLOCK iosb, packet;
    PVOID key, context;
    HANDLE handle, port;
    ULONG i, is_pended;

    set_up(FALSE);
    handle = open_device(0);
    port = port_for(handle, (PVOID)77);
    for (is_pended = 0; is_pended < 2; is_pended++) {
        pends = is_pended != 0;
        for (i = 0; i < RTL_NUMBER_OF(statuses); i++) {
            answer = statuses[i];
            assert_int_equal(send_to_port(handle, &iosb, &iosb),
                             is_pended ? STATUS_PENDING : statuses[i]);
            if (!is_pended && NT_ERROR(answer)) {
                assert_int_equal(take(port, &key, &context, &packet), STATUS_TIMEOUT);
                continue;
            }
            assert_int_equal(take(port, &key, &context, &packet), STATUS_SUCCESS);
            assert_ptr_equal(key, (PVOID)77);
            assert_ptr_equal(context, &iosb);
            assert_int_equal(packet.Status, statuses[i]);
            assert_int_equal(packet.Information, 5);
            /* No context, no packet. */
            send_to_port(handle, NULL, &iosb);
            assert_int_equal(take(port, &key, &context, &packet), STATUS_TIMEOUT);
        }
    }
    /* An APC and a port exclude each other. */
    assert_int_equal(NtDeviceIoControlFile(handle, NULL, on_apc, NULL, &iosb, CODE(METHOD_NEITHER),
                                           NULL, 0, NULL, 0),
                     STATUS_INVALID_PARAMETER);
}

static void notification_modes(void)
{
    FILE_IO_COMPLETION_NOTIFICATION_INFORMATION modes = {FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
                                                         FILE_SKIP_SET_EVENT_ON_HANDLE};
    IO_STATUS_BLOCK iosb, packet;
    PVOID key, context;
    HANDLE handle, port;

    set_up(FALSE);
    handle = open_device(0);
    port = port_for(handle, NULL);
    answer = STATUS_SUCCESS;
    assert_int_equal(NtSetInformationFile(handle, &iosb, &modes, sizeof(modes),
                                          FileIoCompletionNotificationInformation),
                     STATUS_SUCCESS);
    assert_int_equal(send_to_port(handle, &iosb, &iosb), STATUS_SUCCESS);
    assert_int_equal(take(port, &key, &context, &packet), STATUS_TIMEOUT);
    assert_false(is_signaled(handle));
    /* What was pended is told all the same. */
    pends = TRUE;
    assert_int_equal(send_to_port(handle, &iosb, &iosb), STATUS_PENDING);
    assert_int_equal(take(port, &key, &context, &packet), STATUS_SUCCESS);
    assert_false(is_signaled(handle));
    /* Modes stay. */
    modes.Flags = 0;
    NtSetInformationFile(handle, &iosb, &modes, sizeof(modes),
                         FileIoCompletionNotificationInformation);
    modes.Flags = POISON;
    assert_int_equal(NtQueryInformationFile(handle, &iosb, &modes, sizeof(modes),
                                            FileIoCompletionNotificationInformation),
                     STATUS_SUCCESS);
    assert_int_equal(modes.Flags,
                     FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
}

/* ---- position --------------------------------------------------------------------------- */

static LONGLONG seen_offset;

static NTSTATUS NTAPI note_offset(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    UNREFERENCED_PARAMETER(device);
    if (location->MajorFunction == IRP_MJ_READ || location->MajorFunction == IRP_MJ_WRITE)
        seen_offset = location->Parameters.Read.ByteOffset.QuadPart;
    return complete(irp, STATUS_SUCCESS, is_file_request(irp) ? 0 : 3);
}

static void position_of_synchronous_file(void)
{
    LARGE_INTEGER offset = {.QuadPart = 100};
    UCHAR buffer[8];
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up(FALSE);
    test_dispatch = note_offset;
    handle = open_device(SYNCHRONOUS);
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, NULL, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(seen_offset, 0);
    assert_int_equal(NtWriteFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, NULL, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(seen_offset, 3);
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, &offset, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(seen_offset, 100);
    offset.HighPart = -1;
    offset.LowPart = FILE_USE_FILE_POINTER_POSITION;
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, &offset, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(seen_offset, 103);
    offset.QuadPart = -7;
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, &offset, NULL),
                     STATUS_INVALID_PARAMETER);
}

static void offset_of_asynchronous_file(void)
{
    LARGE_INTEGER offset = {.QuadPart = 100};
    UCHAR buffer[8];
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    set_up(FALSE);
    test_dispatch = note_offset;
    handle = open_device(0);
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, NULL, NULL),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, &offset, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(seen_offset, 100);
    assert_int_equal(
        NtReadFile(handle, NULL, NULL, NULL, &iosb, buffer, 8, (PLARGE_INTEGER)16, NULL),
        STATUS_ACCESS_VIOLATION);
}

static void bad_handles(void)
{
    IO_STATUS_BLOCK iosb;
    HANDLE handle, event;

    set_up(FALSE);
    handle = open_device(0);
    event = make_event();
    assert_int_equal(send((HANDLE)(ULONG_PTR)0x7770, NULL, &iosb), STATUS_INVALID_HANDLE);
    assert_int_equal(send(event, NULL, &iosb), STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(send(handle, handle, &iosb), STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(send(handle, (HANDLE)(ULONG_PTR)0x7770, &iosb), STATUS_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(not_pended),
        IO_TEST(pended_synchronous),
        IO_TEST(pended_asynchronous),
        IO_TEST(synchronous_waits),
        IO_TEST(completed_by_another_thread),
        IO_TEST(user_apc),
        IO_TEST(packets),
        IO_TEST(notification_modes),
        IO_TEST(position_of_synchronous_file),
        IO_TEST(offset_of_asynchronous_file),
        IO_TEST(bad_handles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
