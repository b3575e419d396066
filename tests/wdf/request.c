/* Requests: what they tell, how they are completed, and that they are used again. */
#include "request_test.h"

/* ---- what a request tells ------------------------------------------------------------- */

static VOID check_control(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;
    PIRP irp = WdfRequestWdmGetIrp(request);

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    assert_int_equal(parameters.Type, WdfRequestTypeDeviceControl);
    assert_int_equal(parameters.Parameters.DeviceIoControl.IoControlCode,
                     TEST_CODE(METHOD_NEITHER));
    assert_int_equal(parameters.Parameters.DeviceIoControl.InputBufferLength, 7);
    assert_int_equal(parameters.Parameters.DeviceIoControl.OutputBufferLength, 9);
    assert_ptr_equal(parameters.Parameters.DeviceIoControl.Type3InputBuffer, program_input);
    assert_int_equal(WdfRequestGetRequestorMode(request), UserMode);
    assert_int_equal(WdfRequestGetRequestorProcessId(request),
                     (ULONG)(ULONG_PTR)PsGetCurrentProcessId());
    assert_false(WdfRequestIsFrom32BitProcess(request));
    assert_false(WdfRequestIsReserved(request));
    assert_ptr_equal(irp->Tail.Overlay.Thread, PsGetCurrentThread());
    assert_int_equal(WdfRequestGetInformation(request), 0);
    WdfRequestSetInformation(request, 5);
    assert_int_equal(WdfRequestGetInformation(request), 5);
    assert_int_equal(irp->IoStatus.Information, 5);
    assert_int_equal(WdfRequestGetStatus(request), STATUS_SUCCESS);
}

static VOID check_control_verified(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    assert_int_equal(parameters.Parameters.DeviceIoControl.InputBufferLength, 7);
    assert_null(parameters.Parameters.DeviceIoControl.Type3InputBuffer);
}

static VOID check_read(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    assert_int_equal(parameters.Type, WdfRequestTypeRead);
    assert_int_equal(parameters.Parameters.Read.Length, 9);
    assert_int_equal(parameters.Parameters.Read.DeviceOffset, 0x123456789);
    assert_int_equal(WdfRequestGetRequestorMode(request), KernelMode);
}

static VOID check_wrong_size(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;

    memset(&parameters, 0x11, sizeof(parameters));
    parameters.Size = sizeof(parameters) - 1;
    WdfRequestGetParameters(request, &parameters);
    assert_int_equal(parameters.Type, 0x11111111);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestGetParameters(request, NULL));
    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestGetParameters(NULL, &parameters));
}

static void tells_what_it_asks_for(void)
{
    static const struct asked control = {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, FALSE, 7, 9};
    static const struct asked read = {IRP_MJ_READ, 0, TRUE, 0, 9};
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    examine = check_control;
    assert_int_equal(ask(device, &control, NULL), STATUS_SUCCESS);
    examine = check_read;
    assert_int_equal(ask(device, &read, NULL), STATUS_SUCCESS);
    examine_one(device, check_wrong_size);
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    examine = check_control_verified;
    assert_int_equal(ask(device, &control, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 4);
}

static WDFFILEOBJECT file_of_create;

static VOID NTAPI on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    file_of_create = file;
    assert_ptr_equal(WdfRequestGetFileObject(request), file);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID check_file(WDFREQUEST request)
{
    assert_non_null(file_of_create);
    assert_ptr_equal(WdfRequestGetFileObject(request), file_of_create);
}

static void tells_the_file_that_it_came_through(void)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_FILEOBJECT_CONFIG config;

    WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, NULL, NULL);
    WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
    examine_one(finish_device(init), check_file);
}

/* ---- completion --------------------------------------------------------------------------- */

static const struct {
    NTSTATUS given, arrives;
} statuses[] = {
    {STATUS_SUCCESS, STATUS_SUCCESS},
    {STATUS_UNSUCCESSFUL, STATUS_UNSUCCESSFUL},
    {STATUS_BUFFER_OVERFLOW, STATUS_BUFFER_OVERFLOW},
    {STATUS_WDF_PAUSED, STATUS_DEVICE_BUSY},
    {STATUS_WDF_BUSY, STATUS_DEVICE_BUSY},
    {STATUS_WDF_INTERNAL_ERROR, STATUS_INTERNAL_ERROR},
    {STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS, STATUS_INSUFFICIENT_RESOURCES},
    {STATUS_WDF_TOO_FRAGMENTED, STATUS_INVALID_DEVICE_REQUEST},
    {STATUS_WDF_TOO_MANY_TRANSFERS, STATUS_INVALID_DEVICE_REQUEST},
    {STATUS_WDF_NO_CALLBACK, STATUS_INVALID_DEVICE_REQUEST},
};

static ULONG status_index;

static VOID give_status(WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(request);
    result_status = statuses[status_index].given;
}

static void statuses_of_the_framework_stay_in_the_driver(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    for (status_index = 0; status_index < RTL_NUMBER_OF(statuses); status_index++)
        assert_int_equal(examine_one(device, give_status), statuses[status_index].arrives);
}

static VOID complete_plainly(WDFREQUEST request)
{
    WdfRequestSetInformation(request, 3);
    WdfRequestComplete(request, STATUS_SUCCESS);
    result_status = STATUS_PENDING;
}

static VOID complete_boosted(WDFREQUEST request)
{
    WdfRequestCompleteWithPriorityBoost(request, STATUS_UNSUCCESSFUL, IO_DISK_INCREMENT);
    result_status = STATUS_PENDING;
}

static void three_ways_to_complete(void)
{
    static const struct asked asked = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 8};
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    IO_STATUS_BLOCK iosb;

    examine = complete_plainly;
    assert_int_equal(ask(device, &asked, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 3);
    examine = complete_boosted;
    assert_int_equal(ask(device, &asked, &iosb), STATUS_UNSUCCESSFUL);
}

static WDFREQUEST completed;

static VOID complete_and_again(WDFREQUEST request)
{
    completed = request;
    WdfRequestComplete(request, STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestComplete(request, STATUS_SUCCESS));
    assert_ptr_equal(bugcheck.seen[2], request);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestWdmGetIrp(request));
    result_status = STATUS_PENDING;
}

static VOID is_another(WDFREQUEST request)
{
    assert_ptr_not_equal(request, completed);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestWdmGetIrp(completed));
}

static void a_completed_requests_handle_is_stale(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    examine_one(device, complete_and_again);
    examine_one(device, is_another);
}

static VOID complete_referenced(WDFREQUEST request)
{
    WDFMEMORY memory = NULL;
    PVOID buffer;
    PMDL mdl;

    assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory), STATUS_SUCCESS);
    WdfObjectReference(request);
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_null(WdfRequestWdmGetIrp(request));
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR, WdfRequestComplete(request, STATUS_SUCCESS));
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_NULL_IRP);
    assert_ptr_equal(bugcheck.seen[3], request);
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR,
                     WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(memory, NULL));
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL),
                     STATUS_INTERNAL_ERROR);
    assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_INTERNAL_ERROR);
    assert_int_equal(WdfRequestRetrieveOutputWdmMdl(request, &mdl), STATUS_INTERNAL_ERROR);
    assert_int_equal(WdfRequestRetrieveUnsafeUserInputBuffer(request, 0, &buffer, NULL),
                     STATUS_INTERNAL_ERROR);
    assert_int_equal(WdfRequestGetInformation(request), 0);
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = FALSE;
    WdfObjectDereference(request);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestWdmGetIrp(request));
    result_status = STATUS_PENDING;
}

static void a_reference_keeps_a_request_but_not_its_irp(void)
{
    assert_int_equal(examine_one(device_of_type(WdfDeviceIoBuffered), complete_referenced),
                     STATUS_SUCCESS);
}

static VOID delete_received(WDFREQUEST request)
{
    WdfObjectDelete(request);
    assert_non_null(WdfRequestWdmGetIrp(request));
}

static void a_received_request_is_not_the_drivers_to_delete(void)
{
    assert_int_equal(examine_one(device_of_type(WdfDeviceIoBuffered), delete_received),
                     STATUS_SUCCESS);
}

static VOID NTAPI never_cancelled(WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(request);
    note("cancelled ");
}

static VOID mark_and_complete(WDFREQUEST request)
{
    WdfRequestMarkCancelable(request, never_cancelled);
}

static void a_marked_request_is_completed_all_the_same(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    assert_int_equal(examine_one(device, mark_and_complete), STATUS_SUCCESS);
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    assert_int_equal(examine_one(device, mark_and_complete), STATUS_SUCCESS);
    assert_journal("");
}

static WDFQUEUE manual;

static VOID forward_and_complete(WDFREQUEST request)
{
    const WDF_QUEUE_FATAL_ERROR_DATA *data;

    assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_QUEUE_FATAL_ERROR, WdfRequestComplete(request, STATUS_SUCCESS));
    data = (PVOID)bugcheck.seen[2];
    assert_non_null(data);
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 1);
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = FALSE;
    assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &completed), STATUS_SUCCESS);
    assert_ptr_equal(completed, request);
}

static void a_request_in_a_queue_is_not_the_drivers_to_complete(void)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device = finish_device(init);

    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    manual = make_queue(device, &config);
    assert_int_equal(examine_one(device, forward_and_complete), STATUS_SUCCESS);
}

static VOID complete_own(WDFREQUEST request)
{
    WDFREQUEST own = NULL;
    PIRP irp = IoAllocateIrp(2, FALSE);

    UNREFERENCED_PARAMETER(request);
    assert_non_null(irp);
    assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, TRUE, &own), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_OBJECT_ERROR, WdfRequestComplete(own, STATUS_SUCCESS));
    assert_ptr_equal(bugcheck.seen[2], own);
    WdfObjectDelete(own);
}

static void a_request_of_the_drivers_is_not_completed(void)
{
    assert_int_equal(examine_one(device_of_type(WdfDeviceIoBuffered), complete_own),
                     STATUS_SUCCESS);
}

/* ---- memory that is in use ------------------------------------------------------------------ */

static VOID complete_with_memory(WDFREQUEST request)
{
    WDFMEMORY input = NULL, output = NULL;

    assert_int_equal(WdfRequestRetrieveInputMemory(request, &input), STATUS_SUCCESS);
    assert_int_equal(WdfRequestRetrieveOutputMemory(request, &output), STATUS_SUCCESS);
    WdfObjectReference(input);
    WdfObjectReference(output);
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR, WdfRequestComplete(request, STATUS_SUCCESS));
    assert_ptr_equal(bugcheck.seen[2], request);
    assert_int_equal(bugcheck.seen[3], 2);
    WdfObjectDereference(input);
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR,
                     WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 0));
    assert_int_equal(bugcheck.seen[3], 1);
    WdfObjectDereference(output);
}

static void completion_with_referenced_memory_is_a_violation(void)
{
    assert_int_equal(examine_one(device_of_type(WdfDeviceIoBuffered), complete_with_memory),
                     STATUS_SUCCESS);
}

/* ---- how much was transferred ----------------------------------------------------------- */

static const struct {
    struct asked asked;
    ULONG_PTR information;
    NTSTATUS status;
    BOOLEAN is_violation;
} transfers[] = {
    {{IRP_MJ_READ, 0, FALSE, 0, 8}, 8, STATUS_SUCCESS, FALSE},
    {{IRP_MJ_READ, 0, FALSE, 0, 8}, 9, STATUS_SUCCESS, TRUE},
    {{IRP_MJ_READ, 0, TRUE, 0, 8}, 9, STATUS_SUCCESS, TRUE},
    {{IRP_MJ_READ, 0, FALSE, 0, 8}, 9, STATUS_UNSUCCESSFUL, FALSE},
    {{IRP_MJ_WRITE, 0, FALSE, 8, 0}, 8, STATUS_SUCCESS, FALSE},
    {{IRP_MJ_WRITE, 0, FALSE, 8, 0}, 9, STATUS_SUCCESS, TRUE},
    {{IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 4}, 4, STATUS_SUCCESS, FALSE},
    {{IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 4}, 5, STATUS_SUCCESS, TRUE},
    {{IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 0}, 100, STATUS_SUCCESS, FALSE},
    {{IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, TRUE, 8, 4}, 5, STATUS_SUCCESS, FALSE},
    {{IRP_MJ_INTERNAL_DEVICE_CONTROL, METHOD_NEITHER, TRUE, 8, 4}, 5, STATUS_SUCCESS, FALSE},
};

static ULONG transfer_index;

static VOID transfer(WDFREQUEST request)
{
    const WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA *data;
    ULONG_PTR information = transfers[transfer_index].information;
    PIRP irp = WdfRequestWdmGetIrp(request);

    result_status = transfers[transfer_index].status;
    result_information = information;
    if (!transfers[transfer_index].is_violation)
        return;
    ASSERT_VIOLATION(WDF_REQUEST_FATAL_ERROR,
                     WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, information));
    assert_int_equal(bugcheck.seen[2], WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH);
    data = (PVOID)bugcheck.seen[3];
    assert_non_null(data);
    assert_ptr_equal(WdfRequestWdmGetIrp(request), irp);
    result_information = 0;
}

static void the_verifier_counts_the_bytes(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    examine = transfer;
    for (transfer_index = 0; transfer_index < RTL_NUMBER_OF(transfers); transfer_index++)
        assert_int_equal(ask(device, &transfers[transfer_index].asked, NULL),
                         transfers[transfer_index].status);
    assert_int_equal(examined, RTL_NUMBER_OF(transfers));
}

static VOID say_much(WDFREQUEST request)
{
    PIRP irp = WdfRequestWdmGetIrp(request);

    /* As for a program that passes an address for output and says that it has no bytes. */
    assert_true(irp->Flags & IRP_BUFFERED_IO);
    irp->UserBuffer = program_output;
    irp->Flags |= IRP_INPUT_OPERATION;
    memset(irp->AssociatedIrp.SystemBuffer, 0x77, 8);
    result_information = 8;
}

static void no_output_buffer_no_output(void)
{
    static const struct asked asked = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 0};
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    IO_STATUS_BLOCK iosb;
    ULONG i;

    examine = say_much;
    assert_int_equal(ask(device, &asked, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 8);
    for (i = 0; i < PROGRAM_BYTES; i++)
        assert_int_equal(program_output[i], 0);
}

/* ---- contexts and callbacks ------------------------------------------------------------- */

struct counter {
    ULONG value;
};
typedef struct counter counter;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(counter, counter_of)

static VOID NTAPI on_cleanup(WDFOBJECT object)
{
    PVOID buffer;

    /* The IRP and its buffers are there until the sender is told. */
    assert_int_equal(WdfRequestRetrieveInputBuffer((WDFREQUEST)object, 8, &buffer, NULL),
                     STATUS_SUCCESS);
    note("cleanup:%u ", counter_of(object)->value);
}

static VOID NTAPI on_destroy(WDFOBJECT object)
{
    note("destroy:%u ", counter_of(object)->value);
}

static WDFDEVICE device_with_contexts(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, counter);
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    WdfDeviceInitSetRequestAttributes(init, &attributes);
    return finish_device(init);
}

static VOID count(WDFREQUEST request)
{
    assert_int_equal(counter_of(request)->value, 0);
    counter_of(request)->value = examined + 1;
}

static VOID count_and_keep(WDFREQUEST request)
{
    count(request);
    WdfObjectReference(request);
    completed = request;
}

static void each_request_has_a_fresh_context(void)
{
    WDFDEVICE device = device_with_contexts();

    examine_one(device, count);
    assert_journal("cleanup:1 destroy:1 ");
    examine_one(device, count);
    assert_journal("cleanup:2 destroy:2 ");
    examine_one(device, count_and_keep);
    assert_journal("cleanup:3 ");
    examine_one(device, count);
    assert_journal("cleanup:4 destroy:4 ");
    assert_int_equal(counter_of(completed)->value, 3);
    WdfObjectDereference(completed);
    assert_journal("destroy:3 ");
}

static VOID NTAPI child_cleanup(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("child ");
}

static VOID adopt(WDFREQUEST request)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = NULL;

    count(request);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = request;
    attributes.EvtCleanupCallback = child_cleanup;
    assert_int_equal(WdfMemoryCreate(&attributes, NonPagedPoolNx, 'tseT', 8, &memory, NULL),
                     STATUS_SUCCESS);
    /* A memory of the request's as parent means the request. */
    assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory), STATUS_SUCCESS);
    attributes.ParentObject = memory;
    assert_int_equal(WdfMemoryCreate(&attributes, NonPagedPoolNx, 'tseT', 8, &memory, NULL),
                     STATUS_SUCCESS);
}

static void what_is_below_a_request_goes_with_it(void)
{
    examine_one(device_with_contexts(), adopt);
    assert_journal("child child cleanup:1 destroy:1 ");
}

static VOID hide(WDFREQUEST request)
{
    in_request(request)->is_presented = FALSE;
}

static void callbacks_are_for_requests_that_the_driver_has_seen(void)
{
    examine_one(device_with_contexts(), hide);
    assert_journal("");
}

/* ---- the device's free requests -------------------------------------------------------------- */

static ULONG kept_free(WDFDEVICE device)
{
    struct wdf_device_io *io = &wdf_device_of(device, __func__)->io;
    ULONG count = 0, i;

    for (i = 0; i < WDF_FREE_REQUESTS; i++)
        count += io->free_requests[i] != NULL;
    return count;
}

static struct wdf_request *object_seen;

static VOID look(WDFREQUEST request)
{
    object_seen = in_request(request);
}

static void a_request_is_used_again(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    struct wdf_request *first;

    examine_one(device, look);
    first = object_seen;
    assert_true(kept_free(device) > 0);
    examine_one(device, look);
    assert_ptr_equal(object_seen, first);
}

static VOID NTAPI unused_completion(WDFREQUEST request, WDFIOTARGET target,
                                    PWDF_REQUEST_COMPLETION_PARAMS params, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(params);
    UNREFERENCED_PARAMETER(context);
}

static VOID leave_traces(WDFREQUEST request)
{
    PMDL mdl;

    look(request);
    object_seen->is_cancelled = TRUE;
    WdfRequestSetCompletionRoutine(request, unused_completion, request);
    assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &mdl), STATUS_SUCCESS);
}

static VOID find_no_traces(WDFREQUEST request)
{
    assert_ptr_equal(in_request(request), object_seen);
    assert_false(object_seen->is_cancelled);
    assert_null(object_seen->completion);
    assert_null(object_seen->completion_context);
    assert_null(object_seen->built_mdl);
    assert_int_equal(object_seen->status, STATUS_SUCCESS);
    assert_int_equal(object_seen->flags, WDF_REQUEST_RECEIVED);
}

static void nothing_is_left_of_the_use_before(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);

    examine_one(device, leave_traces);
    examine_one(device, find_no_traces);
}

#define MANY (WDF_FREE_REQUESTS + 9)
static WDFREQUEST many[MANY];

static VOID collect(WDFREQUEST request)
{
    many[examined] = request;
    result_status = STATUS_PENDING;
}

static void as_many_are_kept_as_there_are_places(void)
{
    static struct sent sent[MANY];
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    HANDLE handle = open_device(ASYNCHRONOUS);
    ULONG i;

    examine = collect;
    for (i = 0; i < MANY; i++)
        assert_int_equal(send(handle, i, &sent[i]), STATUS_PENDING);
    assert_int_equal(examined, MANY);
    for (i = 0; i < MANY; i++)
        WdfRequestComplete(many[i], STATUS_SUCCESS);
    for (i = 0; i < MANY; i++)
        assert_int_equal(sent[i].iosb.Status, STATUS_SUCCESS);
    NtClose(handle);
    assert_int_equal(kept_free(device), WDF_FREE_REQUESTS);
}

/* The pool's bytes that are allocated. */
static ULONG64 pool_bytes(VOID)
{
    static struct ex_tag_usage tags[256];
    ULONG count = ex_query_tags(tags, RTL_NUMBER_OF(tags)), i;
    ULONG64 bytes = 0;

    assert_true(count <= RTL_NUMBER_OF(tags));
    for (i = 0; i < count; i++)
        bytes += tags[i].bytes;
    return bytes;
}

/* Ten at a time, so that they come from wherever requests come from. */
static VOID send_tens(HANDLE handle, ULONG tens)
{
    static struct sent sent[10];
    ULONG i, j;

    for (i = 0; i < tens; i++) {
        examined = 0;
        for (j = 0; j < RTL_NUMBER_OF(sent); j++)
            assert_int_equal(send(handle, j, &sent[j]), STATUS_PENDING);
        for (j = 0; j < RTL_NUMBER_OF(sent); j++)
            WdfRequestComplete(many[j], STATUS_SUCCESS);
    }
}

/* bench/ does the same with ten million. */
static void however_many_there_were_the_pool_is_as_before(void)
{
    HANDLE handle;
    ULONG64 before;

    device_of_type(WdfDeviceIoBuffered);
    handle = open_device(ASYNCHRONOUS);
    examine = collect;
    send_tens(handle, 10);
    before = pool_bytes();
    send_tens(handle, 5000);
    assert_int_equal(pool_bytes(), before);
    NtClose(handle);
}

static void a_request_outlives_its_device(void)
{
    WDFDEVICE device = device_with_contexts();
    struct wdf_request *kept;

    examine_one(device, count_and_keep);
    assert_journal("cleanup:1 ");
    WdfObjectDelete(device);
    kept = in_request(completed);
    assert_int_equal(kept->device->object.references, 1);
    assert_int_equal(counter_of(completed)->value, 1);
    WdfObjectDereference(completed);
    assert_journal("destroy:1 ");
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfDeviceGetDriver(device));
}

static void no_request_without_memory(void)
{
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    struct wdf_request *request = NULL;

    ex_pool_inject(0, TRUE);
    assert_int_equal(wdf_make_request(wdf_device_of(device, __func__), NULL, &request),
                     STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(wdf_make_request(wdf_device_of(device, __func__), NULL, &request),
                     STATUS_SUCCESS);
    wdf_delete_object(&request->object);
    assert_int_equal(kept_free(device), 1);
}

/* ---- in many threads -------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 2000

static VOID NTAPI echo(WDFQUEUE queue, WDFREQUEST request)
{
    PVOID buffer;

    UNREFERENCED_PARAMETER(queue);
    assert_int_equal(counter_of(request)->value, 0);
    counter_of(request)->value = 1;
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 8, &buffer, NULL), STATUS_SUCCESS);
    WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 8);
}

static VOID send_echoes(PVOID context)
{
    HANDLE handle = context;
    UCHAR input[8], output[8];
    IO_STATUS_BLOCK iosb;
    ULONG i;

    for (i = 0; i < ROUNDS; i++) {
        memset(input, (int)i, sizeof(input));
        memset(output, 0, sizeof(output));
        assert_int_equal(NtDeviceIoControlFile(handle, NULL, NULL, NULL, &iosb,
                                               TEST_CODE(METHOD_BUFFERED), input, 8, output, 8),
                         STATUS_SUCCESS);
        assert_int_equal(iosb.Information, 8);
        assert_memory_equal(input, output, 8);
    }
}

static void threads_do_not_share_requests(void)
{
    struct program_thread threads[THREADS];
    PWDFDEVICE_INIT init = begin_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG config;
    HANDLE handles[THREADS];
    WDFDEVICE device;
    ULONG i;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, counter);
    WdfDeviceInitSetRequestAttributes(init, &attributes);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = echo;
    make_queue(device, &config);
    WdfControlFinishInitializing(device);
    for (i = 0; i < THREADS; i++) {
        handles[i] = open_device(SYNCHRONOUS);
        start_thread(&threads[i], send_echoes, handles[i]);
    }
    for (i = 0; i < THREADS; i++) {
        join_thread(&threads[i]);
        NtClose(handles[i]);
    }
    assert_true(kept_free(device) <= THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(tells_what_it_asks_for),
        WDF_TEST(tells_the_file_that_it_came_through),
        WDF_TEST(statuses_of_the_framework_stay_in_the_driver),
        WDF_TEST(three_ways_to_complete),
        WDF_TEST(a_completed_requests_handle_is_stale),
        WDF_TEST(a_reference_keeps_a_request_but_not_its_irp),
        WDF_TEST(a_received_request_is_not_the_drivers_to_delete),
        WDF_TEST(a_marked_request_is_completed_all_the_same),
        WDF_TEST(a_request_in_a_queue_is_not_the_drivers_to_complete),
        WDF_TEST(a_request_of_the_drivers_is_not_completed),
        WDF_TEST(completion_with_referenced_memory_is_a_violation),
        WDF_TEST(the_verifier_counts_the_bytes),
        WDF_TEST(no_output_buffer_no_output),
        WDF_TEST(each_request_has_a_fresh_context),
        WDF_TEST(what_is_below_a_request_goes_with_it),
        WDF_TEST(callbacks_are_for_requests_that_the_driver_has_seen),
        WDF_TEST(a_request_is_used_again),
        WDF_TEST(nothing_is_left_of_the_use_before),
        WDF_TEST(as_many_are_kept_as_there_are_places),
        WDF_TEST(however_many_there_were_the_pool_is_as_before),
        WDF_TEST(a_request_outlives_its_device),
        WDF_TEST(no_request_without_memory),
        WDF_TEST(threads_do_not_share_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
